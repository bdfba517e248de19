import { createHash, type Hash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'fs-extra';
import { sha256File, ToolError } from '@bringup/process';
import { readGit, splitNames } from './git.js';

/** Files that are read at the same time. */
const PARALLEL = 16;

/** Larger files are read in pieces. For the others a stream each would cost more than all the reading. */
const LARGE = 4 << 20;

/** A path below `root`; names are latin1 here, so that any byte survives. */
function place(root: Buffer, name: string): Buffer {
  return name ? Buffer.concat([root, Buffer.from('/'), Buffer.from(name, 'latin1')]) : root;
}

/** Kind, executable bit and content of one name, in one line. */
async function describe(root: Buffer, name: string): Promise<string> {
  const path = place(root, name);
  const status = await lstat(path).catch(() => undefined);
  if (!status) return 'deleted';
  if (status.isSymbolicLink())
    return `link ${((await readlink(path, 'buffer' as never)) as unknown as Buffer).toString('hex')}`;
  // A submodule, or a repository within this one.
  if (status.isDirectory()) return `tree ${await hashDirectory(path)}`;
  if (!status.isFile()) return 'special';
  const content =
    status.size > LARGE
      ? await sha256File(path as unknown as string)
      : createHash('sha256')
          .update(await readFile(path))
          .digest('hex');
  return `${status.mode & 0o100 ? 'executable' : 'file'} ${content}`;
}

async function addFiles(hash: Hash, root: Buffer, names: readonly string[]): Promise<void> {
  const sorted = [...new Set(names)].sort();
  const lines = new Array<string>(sorted.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < sorted.length; index = next++)
      lines[index] = await describe(root, sorted[index]!);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  // A name holds no NUL, a description no line end: no two sets of files give the same bytes.
  sorted.forEach((name, index) => hash.update(Buffer.from(`${name}\0${lines[index]}\n`, 'latin1')));
}

/** Every name below `root` that is not a directory; an empty directory counts. */
async function listFiles(root: Buffer, below = ''): Promise<string[]> {
  const entries = await readdir(place(root, below), { withFileTypes: true, encoding: 'latin1' as never });
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.name === '.git') continue;
    const name = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) names.push(...(await listFiles(root, name)));
    else names.push(name);
  }
  return names;
}

/** HEAD's tree of the directory, what differs from it, and what git has not heard of; undefined where git has no say. */
async function hashGitTree(root: Buffer): Promise<string | undefined> {
  const directory = root.toString();
  const git = async (...args: string[]) => readGit(directory, args);
  try {
    const [head, changed, untracked] = await Promise.all([
      // Fails for a directory that HEAD does not have, such as an ignored one: its files are walked.
      git('rev-parse', '--verify', '--quiet', 'HEAD:./'),
      git(
        'diff',
        '--name-only',
        '-z',
        '--relative',
        '--no-renames',
        '--no-ext-diff',
        '--no-textconv',
        '--ignore-submodules=none',
        'HEAD',
        '--',
        '.',
      ),
      git('ls-files', '--others', '--exclude-standard', '-z', '--', '.'),
    ]);
    if (!head || !changed || !untracked) return undefined;
    const hash = createHash('sha256').update(`git ${head.toString('latin1').trim()}\n`);
    const names = [...splitNames(changed), ...splitNames(untracked)].map((name) => name.replace(/\/$/, ''));
    await addFiles(hash, root, names);
    return hash.digest('hex');
  } catch (error) {
    if (error instanceof ToolError && error.code === 'TOOL_MISSING') return undefined;
    throw error;
  }
}

async function hashDirectory(root: Buffer): Promise<string> {
  const byGit = await hashGitTree(root);
  if (byGit) return byGit;
  const hash = createHash('sha256').update('files\n');
  await addFiles(hash, root, await listFiles(root));
  return hash.digest('hex');
}

/**
 * The hash of a directory's content. In a git work tree: HEAD's tree, and the content of whatever differs from it
 * or is neither tracked nor ignored, so that a kernel tree takes a second. Elsewhere: every file's path, kind,
 * executable bit and content.
 */
export async function treeHash(directory: string): Promise<string> {
  return hashDirectory(Buffer.from(directory));
}
