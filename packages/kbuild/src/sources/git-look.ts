import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ToolError } from '@bringup/process';
import { readGit, readUserPath, readUserSettings, splitNames } from './git.js';
import { IndexBase, readChecksum, type IndexSource, type IndexSummary } from './index-base.js';
import { hasReliableTimes, type RememberedDirectories } from './remembered-directories.js';
import { place, type FileIdentity } from './remembered-files.js';
import type { TreeEdits } from './tree-files.js';

/** Git's view of a directory of a work tree. Names are relative to it, in latin1. */
export interface GitLook {
  readonly index: IndexBase;
  /**
   * Files that are not as in the index: name → what the index has, where git says so. Submodules and files that git was asked not to
   * look at are not among them.
   */
  readonly changed: ReadonlyMap<string, FileIdentity | undefined>;
  /** Files, and directories of repositories within this one. */
  readonly untracked: readonly string[];
  /** The work tree's own directory, absolute. */
  readonly top: Buffer;
  /** The repository's file of attributes, absolute. */
  readonly attributes: Buffer;
  /** The user's {@link SETTINGS}; none where the repository is Bringup's own. */
  readonly settings: ReadonlyMap<string, string>;
}

export interface GitLookOptions {
  /** Options of git that name its repository, where that is not the directory's own. */
  readonly repository?: readonly string[];
  /** Where this is of the very index that is there, the index is not listed. */
  readonly known?: IndexSummary;
  /** The index is to be listed in any case. */
  readonly listed?: boolean;
  /** Of the directory. */
  readonly directories?: RememberedDirectories;
  readonly early?: EarlyLook;
}

/** git's answers to questions that were asked before the look itself could start. */
export interface EarlyLook {
  /** Milliseconds since 1970, before git started. */
  readonly startedMs: number;
  /** The output of {@link DIFF_FILES} with {@link EXACT}; undefined if it failed. */
  readonly changed: Promise<Buffer | undefined>;
  /** The same of {@link LIST_INDEX}. */
  readonly staged?: Promise<Buffer | undefined>;
}

/**
 * Settings of the user's that say whether files are as their blobs, whether the index alone says which are checked out, and by what
 * git status tells a changed file.
 */
const SETTINGS = 'core\\.(autocrlf|eol|attributesfile|sparsecheckout|checkstat|trustctime)';

/** Modes are compared whatever the repository's settings say: the build sees the modes on disk. */
export const EXACT = [
  'core.fileMode=true',
  'core.symlinks=true',
  'core.ignoreCase=false',
  'core.trustctime=true',
  'core.checkStat=default',
].flatMap((setting) => ['-c', setting]);

/** Lists the files that are not as in the index. */
export const DIFF_FILES = [
  ...['diff-files', '--raw', '--no-abbrev', '-z', '--relative', '--no-ext-diff'],
  ...['--ignore-submodules=all', '--', '.'],
];

const LIST_INDEX = ['ls-files', '--stage', '-v', '-z', '--', '.'];

/** Asks git about a directory, whatever it is. Its programs have been started when this function returns. */
export function lookEarly(directory: string): EarlyLook {
  const ask = (args: readonly string[]) => readGit(directory, [...EXACT, ...args]).catch(() => undefined);
  return { startedMs: Date.now(), changed: ask(DIFF_FILES), staged: ask(LIST_INDEX) };
}

/** A file system's clock is behind the system's by at most a tick of the kernel's, 10 ms. */
const TICK_MS = 20;

/** The index may be written while git reads it three times. Somebody who writes it more often does not wait for a build. */
const MOST_LOOKS = 5;

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
export async function lookByGit(root: Buffer, options: GitLookOptions = {}): Promise<GitLook | undefined> {
  const { repository = [] } = options;
  const directory = root.toString();
  const git: Git = async (...args) => readGit(directory, [...repository, ...EXACT, ...args]);
  try {
    const found = await findRepository(directory, git, options);
    if (!found) return undefined;
    const { index, ...at } = found;
    // In a sparse checkout, git also goes by which files exist.
    const decides = (at.settings.get('core.sparsecheckout') ?? 'false') === 'false';
    for (let looks = 1; ; looks += 1) {
      const before = stateOf(index);
      const checksum = decides ? await readChecksum(index) : undefined;
      const early = looks === 1 ? ifStillRight(options.early, index, root) : undefined;
      const look = await lookOnce(git, { ...options, checksum, early });
      if (!look || looks === MOST_LOOKS || stateOf(index) === before) return look && { ...look, ...at };
    }
  } catch (error) {
    if (error instanceof ToolError && error.code === 'TOOL_MISSING') return undefined;
    throw error;
  }
}

/** Files and directories of a directory's repository that say which files count: settings, and what is ignored. */
export async function settingsOf(directory: string): Promise<Buffer[]> {
  const names = ['config', 'info'].flatMap((name) => ['--git-path', name]);
  const output = await readGit(directory, ['rev-parse', '--path-format=absolute', ...names]);
  const [config, info] = (output?.toString('latin1') ?? '').split('\n');
  return info ? [config!, info, `${info}/exclude`].map((path) => Buffer.from(path, 'latin1')) : [];
}

/** Where a work tree and its repository lie; undefined where there are none. */
async function findRepository(
  directory: string,
  git: Git,
  { repository }: GitLookOptions,
): Promise<(Pick<GitLook, 'top' | 'attributes' | 'settings'> & { index: string }) | undefined> {
  const [places, settings] = await Promise.all([
    git('rev-parse', '--path-format=absolute', ...PLACES),
    repository ? new Map<string, string>() : readUserSettings(directory, SETTINGS),
  ]);
  const [top, attributes, index] = (places?.toString('latin1') ?? '').split('\n');
  if (index === undefined) return undefined;
  return {
    top: Buffer.from(top!, 'latin1'),
    attributes: Buffer.from(attributes!, 'latin1'),
    index,
    settings,
  };
}

const PLACES = ['--show-toplevel', '--git-path', 'info/attributes', '--git-path', 'index'];

/** That look, where the index was last written before it, so that git went by this very index. */
function ifStillRight(early: EarlyLook | undefined, index: string, root: Buffer): EarlyLook | undefined {
  const file = Buffer.from(index, 'latin1');
  try {
    if (!early || !hasReliableTimes(root) || !hasReliableTimes(file)) return undefined;
    return statSync(file).ctimeMs < early.startedMs - TICK_MS ? early : undefined;
  } catch {
    return undefined; // One of them is gone, and git says what that means.
  }
}

/** Another one whenever git has written the file. */
function stateOf(file: string): string {
  const status = statSync(Buffer.from(file, 'latin1'), { bigint: true, throwIfNoEntry: false });
  return status ? [status.ino, status.mtimeNs, status.ctimeNs, status.size].join(' ') : '';
}

async function lookOnce(
  git: Git,
  { known, listed, checksum, repository, directories, early }: GitLookOptions & Pick<IndexSource, 'checksum'>,
): Promise<Pick<GitLook, 'index' | 'changed' | 'untracked'> | undefined> {
  const isKnown = !listed && checksum !== undefined && known?.checksum === checksum;
  const listing = isKnown ? undefined : listIndex(git, early);
  const isTracked = async () => isKnown || ((await listing)?.length ?? 0) > 0;
  const [staged, changed, untracked] = await Promise.all([
    listing,
    findChanged(git, early),
    findUntracked(git, checksum, directories, isTracked),
  ]);
  if (!changed || !untracked) return undefined;
  // A submodule that is not checked out: git speaks for the repository around it.
  if (!isKnown && (!staged?.length || staged.includes('\t./\0'))) return undefined;
  // The ignore rules of a repository of ours do not apply to the user's files.
  const read = repository ? untracked : await withoutLeftovers(git, untracked);
  return {
    index: new IndexBase({ staged, checksum, known }),
    changed: parseChanged(changed),
    untracked: read.map((name) => name.replace(/\/$/, '')),
  };
}

async function listIndex(git: Git, early?: EarlyLook): Promise<Buffer | undefined> {
  return (await early?.staged) ?? git(...LIST_INDEX);
}

async function findChanged(git: Git, early?: EarlyLook): Promise<Buffer | undefined> {
  return (await early?.changed) ?? git(...DIFF_FILES);
}

async function findUntracked(
  git: Git,
  checksum: string | undefined,
  directories: RememberedDirectories | undefined,
  isTracked: () => Promise<boolean>,
): Promise<readonly string[] | undefined> {
  const list = async () => {
    const output = await git('ls-files', '--others', '-z', '--', '.');
    return output && splitNames(output);
  };
  if (!directories || checksum === undefined) return list();
  return directories.untracked(checksum, { list, isTracked });
}

type Git = (...args: string[]) => Promise<Buffer | undefined>;

/** `:100644 100644 d670460b… 0000000… M`, then the name: git-diff-files(1), "Raw output format". */
function parseChanged(raw: Buffer): Map<string, FileIdentity | undefined> {
  const changed = new Map<string, FileIdentity | undefined>();
  const fields = splitNames(raw);
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [mode, , id, , status] = fields[at]!.slice(1).split(' ');
    // git names no content for a file in conflict, or for one without content yet (git add --intent-to-add).
    changed.set(fields[at + 1]!, /^[MDT]/.test(status!) ? `${mode} ${id}` : undefined);
  }
  return changed;
}

async function withoutLeftovers(git: Git, untracked: readonly string[]): Promise<readonly string[]> {
  if (!untracked.some((name) => LEFT_BY_TOOLS.test(name))) return untracked;
  const ignored = await git('ls-files', '--others', '--ignored', '--exclude-standard', '-z', '--', '.');
  const left = new Set(splitNames(ignored ?? Buffer.alloc(0)).filter((name) => LEFT_BY_TOOLS.test(name)));
  return untracked.filter((name) => !left.has(name));
}

/**
 * Whether the user's own `git status` is certain to show, or not to show, a tracked file that differs from the index.
 *
 * @param files.gone what the index has of files that are not as it has them
 * @param files.now what they are
 * @param files.doubtful {@link IndexSummary.doubtful}
 */
export function findEdits(
  { changed, settings }: Pick<GitLook, 'changed' | 'settings'>,
  {
    gone,
    now,
    doubtful,
  }: Record<'gone' | 'now', ReadonlyMap<string, FileIdentity>> & Pick<IndexSummary, 'doubtful'>,
): TreeEdits {
  // We ask git for every difference there can be; no setting of the user's finds more.
  if (changed.size === 0 && doubtful.length === 0) return 'none';
  // By these, git status may pass over a file of the same size.
  if (settings.has('core.checkstat') || settings.has('core.trustctime')) return 'unknown';
  const idOf = (identity: FileIdentity | undefined) => /^100[0-7]{3} (.*)$/.exec(identity ?? '')?.[1];
  const isCertain = [...gone].some(([name, known]) => {
    const [was, is] = [idOf(known), idOf(now.get(name))];
    return was !== undefined && is !== undefined && was !== is;
  });
  return isCertain ? 'some' : 'unknown';
}

/** Where git looks for a user's attributes by default (gitattributes(5)). */
function defaultAttributes(): string {
  const { XDG_CONFIG_HOME: config, HOME: home } = process.env;
  return join(config || join(home || homedir(), '.config'), 'git/attributes');
}

/**
 * Whether the bytes of the blobs may differ from those in the work tree.
 *
 * @param names of the directory's `.gitattributes`
 */
export async function isConverted(
  root: Buffer,
  { index, top, attributes, settings }: GitLook,
  names: readonly string[],
): Promise<boolean> {
  if (!index.hasSha1) return true;
  const directory = root.toString();
  const setting = (name: string) => settings.get(name);
  if ((setting('core.autocrlf') ?? 'false') !== 'false' || setting('core.eol') === 'crlf') return true;
  const users = setting('core.attributesfile');
  const isShort = users?.startsWith('~') === true;
  const files = isShort ? await readUserPath(directory, 'core.attributesFile') : users;
  const paths = [...names.map((name) => place(root, name)), ...attributesAbove(root, top), attributes];
  paths.push(Buffer.from(files ?? defaultAttributes()), Buffer.from('/etc/gitattributes'));
  // Node takes a Buffer; only these types leave that out.
  const texts = await Promise.all(
    paths.map((path) => readFile(path as unknown as string, 'latin1').catch(() => '')),
  );
  return texts.some((text) => CONVERTS.test(text));
}

/** Those of the directories from the work tree's own to the one above `root`. */
function attributesAbove(root: Buffer, top: Buffer): Buffer[] {
  const found: Buffer[] = [];
  const end = top.toString('latin1');
  for (let at = root.toString('latin1'); at.startsWith(`${end}/`); ) {
    at = dirname(at);
    found.push(Buffer.from(`${at}/.gitattributes`, 'latin1'));
  }
  return found;
}
