import { UserError } from '@bringup/process';
import type { FileEntry } from './entry.js';
import { damaged, printable } from './errors.js';
import type { OpenPartition } from './partition.js';
import { childPath, findNode, toEntry, type FoundNode } from './resolve.js';

/** The errors of a path through a broken link. The link itself can still be listed. */
const BROKEN_LINK = ['NO_SUCH_PATH', 'NOT_A_DIRECTORY', 'SYMLINK_LOOP'];

interface ListOptions {
  /** With everything below. */
  recursive?: boolean;
}

/**
 * Lists a directory, in the order of names; of anything else the thing itself. A symlink to a directory is followed.
 *
 * @param path from the root of the file system
 * @throws UserError `NO_SUCH_PATH`, `NOT_A_DIRECTORY`, `SYMLINK_LOOP`, `CORRUPT_FILE_SYSTEM`
 */
export async function listFiles(
  partition: OpenPartition,
  path: string,
  options: ListOptions = {},
): Promise<FileEntry[]> {
  const found = await findNode(partition, path, false);
  const start = found.node.type === 'symlink' ? await followToDirectory(partition, found) : found;
  if (start.node.type !== 'directory') return [toEntry(start.node, start.path)];
  const nodes = await walk(partition, start, options.recursive ?? false);
  return nodes.map(({ node, path }) => toEntry(node, path));
}

async function followToDirectory(partition: OpenPartition, link: FoundNode): Promise<FoundNode> {
  const target = await findNode(partition, link.path, true).catch((error: unknown) => {
    if (error instanceof UserError && BROKEN_LINK.includes(error.code)) return link;
    throw error;
  });
  return target.node.type === 'directory' ? target : link;
}

/**
 * Everything in a directory, each directory before what is in it.
 *
 * @throws UserError `CORRUPT_FILE_SYSTEM` for a directory that is in two places, or in itself
 */
export async function walk(
  partition: OpenPartition,
  start: FoundNode,
  recursive: boolean,
): Promise<FoundNode[]> {
  const below = new Map<FoundNode, FoundNode[]>();
  const seen = new Set([start.node.locator]);
  let level = [start];
  while (level.length > 0) {
    const lists = await partition.reader.list(level.map(({ node }) => node));
    const next: FoundNode[] = [];
    for (const [index, directory] of level.entries()) {
      const children = lists[index]!.map((node) => ({ node, path: childPath(directory.path, node.name) }));
      below.set(directory, children);
      next.push(...children.filter(({ node }) => node.type === 'directory'));
    }
    for (const { node, path } of next) {
      if (seen.has(node.locator)) throw damaged(partition, `directory ${printable(path)} is in two places`);
      seen.add(node.locator);
    }
    level = recursive ? next : [];
  }
  const flatten = (directory: FoundNode): FoundNode[] =>
    (below.get(directory) ?? []).flatMap((child) => [child, ...flatten(child)]);
  return flatten(start);
}
