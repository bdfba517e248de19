import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readdir } from 'fs-extra';
import { listByGit } from './git-listing.js';
import { place, RememberedFiles, type FileIdentity } from './remembered-files.js';

/** Every file of a tree: name relative to it, in latin1 → mode and id of its content. */
export type TreeListing = Map<string, FileIdentity>;

/** Every name below `root` that is not a directory. */
async function walk(root: Buffer, below = ''): Promise<string[]> {
  const entries = await readdir(place(root, below), { withFileTypes: true, encoding: 'latin1' as never });
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.name === '.git') continue;
    const name = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) names.push(...(await walk(root, name)));
    else names.push(name);
  }
  return names;
}

async function listDirectory(root: Buffer, remembered: RememberedFiles): Promise<TreeListing> {
  const byGit = await listByGit(root);
  const listing: TreeListing = byGit?.unchanged ?? new Map();
  const names = byGit?.toRead ?? (await walk(root));
  // A submodule, or a repository within this one: its files are files of this tree.
  const enter = async (name: string) => {
    for (const [inner, identity] of await listDirectory(place(root, name), remembered))
      listing.set(`${name}/${inner}`, identity);
  };
  for (const [name, identity] of await remembered.identify(root, names, enter)) listing.set(name, identity);
  return listing;
}

/**
 * Every file of a directory with its mode and the id that git gives to its content. In a git work tree the index
 * answers for the files that have not changed since git last looked, so that a kernel tree takes a fraction of a
 * second; all others are read, or, with `home`, read once and then recognised by size, times and inode.
 *
 * @param home the store's directory, which remembers the files of this tree
 */
export async function listTree(directory: string, home?: string): Promise<TreeListing> {
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 32);
  const remembered = await RememberedFiles.open(directory, home && join(home, 'trees', `${name}.json`));
  const listing = await listDirectory(Buffer.from(directory), remembered);
  await remembered.save();
  return listing;
}

/**
 * The hash of a directory's files: the same files have the same hash, however they came there. Committed, staged or
 * not, on this branch or another, with git or without, they have one hash. Names, contents, executable bits and
 * the targets of links count; empty directories do not.
 *
 * A name has no NUL and an identity no line end, so two different sets of files never give the same bytes.
 */
export function hashOfListing(listing: TreeListing): string {
  const lines = [...listing.keys()].sort().map((name) => `${name}\0${listing.get(name)}\n`);
  return createHash('sha256')
    .update(Buffer.from(lines.join(''), 'latin1'))
    .digest('hex');
}
