import { homedir } from 'node:os';
import { join } from 'node:path';
import { readFile } from 'fs-extra';
import { ToolError } from '@bringup/process';
import { readGit, readUserSetting, splitNames } from './git.js';
import { place, type FileIdentity } from './remembered-files.js';

/** Git's view of a directory of a work tree. Names are relative to it, in latin1. */
export interface GitListing {
  /** Files whose content is that of the index: name → mode and id. */
  readonly unchanged: Map<string, FileIdentity>;
  /** Files and directories to read: changed or untracked ones, submodules, and those that the index may have wrong. */
  readonly toRead: readonly string[];
}

/** Modes are compared whatever the repository's settings say: the build sees the modes on disk. */
const EXACT = ['-c', 'core.fileMode=true', '-c', 'core.symlinks=true'];

const SUBMODULE = '160000';

/**
 * Ignored files that no build of a kernel, BusyBox or U-Boot reads: files that editors, indexers and patch(1) leave. All
 * other ignored files count: `.scmversion`, `localversion*`, firmware and keys are ignored as well.
 */
const LEFT_BY_TOOLS =
  /(^|\/)(\.(cache|clangd|idea|vscode|vs|direnv|mypy_cache|gdb_history)\/|(tags|TAGS|cscope\..*|ncscope\..*|G(PATH|RTAGS|SYMS|TAGS|TAGSROOT)|compile_commands\.json|\.DS_Store)$|.*(\.orig|\.rej|\.patch|\.swp|\.swo|\.o|\.ko|\.cmd|\.pyc|~)$)/;

/** Attributes by which the bytes in the work tree differ from the blob's (gitattributes(5)); `-text` does not do that. */
const CONVERTS = /(^|\s)(text|eol|crlf|filter|ident|working-tree-encoding)(=|\s|$)/m;

/**
 * Git's answer about a directory, as fast as reading its files' times.
 *
 * @returns undefined where git cannot answer: not in a work tree, nothing tracked, no git on this host
 */
export async function listByGit(root: Buffer): Promise<GitListing | undefined> {
  const git = async (...args: string[]) => readGit(root.toString(), [...EXACT, ...args]);
  try {
    const [staged, changed, untracked] = await Promise.all([
      git('ls-files', '--stage', '-v', '-z', '--', '.'),
      git(
        ...['diff-files', '--name-only', '-z', '--relative', '--no-ext-diff', '--ignore-submodules=all'],
        ...['--', '.'],
      ),
      git('ls-files', '--others', '-z', '--', '.'),
    ]);
    if (!staged?.length || !changed || !untracked) return undefined;
    const { unchanged, doubtful } = readIndex(staged);
    const toRead = new Set([...doubtful, ...splitNames(changed)]);
    for (const name of await withoutLeftovers(git, splitNames(untracked)))
      toRead.add(name.replace(/\/$/, ''));
    if (await mayConvert(root, [...unchanged.keys(), ...toRead]))
      for (const name of unchanged.keys()) toRead.add(name);
    for (const name of toRead) unchanged.delete(name);
    return { unchanged, toRead: [...toRead] };
  } catch (error) {
    if (error instanceof ToolError && error.code === 'TOOL_MISSING') return undefined;
    throw error;
  }
}

/** `H 100644 d670460b… 0\tMakefile`: git-ls-files(1). */
function readIndex(staged: Buffer): { unchanged: Map<string, FileIdentity>; doubtful: string[] } {
  const unchanged = new Map<string, FileIdentity>();
  const doubtful: string[] = [];
  for (const line of splitNames(staged)) {
    const tab = line.indexOf('\t');
    const [tag, mode, id, stage] = line.slice(0, tab).split(' ');
    const name = line.slice(tab + 1);
    // Any other tag: not checked out (S), unmerged (M), or git was asked not to look (lower case).
    if (tag === 'H' && stage === '0' && mode !== SUBMODULE) unchanged.set(name, `${mode} ${id}`);
    else doubtful.push(name);
  }
  return { unchanged, doubtful };
}

async function withoutLeftovers(
  git: (...args: string[]) => Promise<Buffer | undefined>,
  untracked: readonly string[],
): Promise<readonly string[]> {
  if (!untracked.some((name) => LEFT_BY_TOOLS.test(name))) return untracked;
  const ignored = await git('ls-files', '--others', '--ignored', '--exclude-standard', '-z', '--', '.');
  const left = new Set(splitNames(ignored ?? Buffer.alloc(0)).filter((name) => LEFT_BY_TOOLS.test(name)));
  return untracked.filter((name) => !left.has(name));
}

/** Where git looks for a user's attributes by default (gitattributes(5)). */
function defaultAttributes(): string {
  const { XDG_CONFIG_HOME: config, HOME: home } = process.env;
  return join(config || join(home || homedir(), '.config'), 'git/attributes');
}

/** Whether the bytes of the blobs may differ from those in the work tree. */
async function mayConvert(root: Buffer, names: readonly string[]): Promise<boolean> {
  const directory = root.toString();
  const [autocrlf, eol, users, own] = await Promise.all([
    readUserSetting(directory, 'core.autocrlf'),
    readUserSetting(directory, 'core.eol'),
    readUserSetting(directory, 'core.attributesFile'),
    readGit(directory, ['rev-parse', '--path-format=absolute', '--git-path', 'info/attributes']),
  ]);
  if ((autocrlf ?? 'false') !== 'false' || (eol ?? 'native') === 'crlf') return true;
  const attributes = names
    .filter((name) => /(^|\/)\.gitattributes$/.test(name))
    .map((name) => place(root, name));
  if (own) attributes.push(Buffer.from(own.toString('latin1').trim(), 'latin1'));
  attributes.push(Buffer.from(users ?? defaultAttributes()), Buffer.from('/etc/gitattributes'));
  const texts = await Promise.all(
    attributes.map((path) => readFile(path as unknown as string, 'latin1').catch(() => '')),
  );
  return texts.some((text) => CONVERTS.test(text));
}
