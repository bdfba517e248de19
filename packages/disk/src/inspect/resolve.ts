import { UserError, type ErrorCode } from '@bringup/process';
import type { FileEntry, FileNode } from './entry.js';
import { printable } from './errors.js';
import type { OpenPartition } from './partition.js';

/** linux/namei.h: MAXSYMLINKS. */
const LINKS_MAX = 40;
/** The number of a directory's names that a message shows. */
const NAMES_MAX = 8;

/** Components that name nothing in a directory. The root is above itself. */
const STEPS_NOWHERE = new Set(['', '.', '..']);

/** An entry as its reader has it, and where it was found. */
export interface FoundNode {
  node: FileNode;
  /** From the root, with a leading slash, links resolved but for the last component. */
  path: string;
}

/**
 * Finds what a path names, from the root of the file system on. Symlinks are followed within it, as after a chroot.
 *
 * @param followLast also follow the path's last component
 * @throws UserError `NO_SUCH_PATH`, `NOT_A_DIRECTORY`, `SYMLINK_LOOP`
 */
export async function findNode(
  partition: OpenPartition,
  path: string,
  followLast: boolean,
): Promise<FoundNode> {
  const { reader, description } = partition;
  const refuse = (code: ErrorCode, why: string) =>
    new UserError(code, `${description}: ${printable(path)}: ${why}`, { image: description, path });
  const waiting = path.split('/').reverse();
  const trail: FileNode[] = [];
  const listed = new Map<string, FileNode[]>();
  let links = 0;
  while (waiting.length > 0) {
    const name = waiting.pop()!;
    const here = trail.at(-1) ?? reader.root;
    if (here.type !== 'directory' && name !== '')
      throw refuse('NOT_A_DIRECTORY', `${printable(joinTrail(trail))} is a ${here.type}, not a directory`);
    if (STEPS_NOWHERE.has(name)) {
      if (name === '..') trail.pop();
      continue;
    }
    const siblings = listed.get(here.locator) ?? (await reader.list([here]))[0]!;
    listed.set(here.locator, siblings);
    const node = findName(siblings, name, reader.caseSensitive);
    if (node === undefined) {
      const told = tellNames(siblings, name);
      throw refuse('NO_SUCH_PATH', `no ${printable(name)} in ${printable(joinTrail(trail))}${told}`);
    }
    const isLast = waiting.every((rest) => rest === '');
    if (node.target === undefined || (isLast && !followLast)) {
      trail.push(node);
      continue;
    }
    links += 1;
    if (links > LINKS_MAX) throw refuse('SYMLINK_LOOP', `more than ${LINKS_MAX} symlinks, so a loop`);
    if (node.target.startsWith('/')) trail.length = 0;
    waiting.push(...node.target.split('/').reverse());
  }
  return { node: trail.at(-1) ?? reader.root, path: joinTrail(trail) };
}

/** The node of a name, or of one that differs by case only where that makes no difference. */
export function findName(
  nodes: readonly FileNode[],
  name: string,
  caseSensitive: boolean,
): FileNode | undefined {
  const exact = nodes.find((node) => node.name === name);
  if (exact !== undefined || caseSensitive) return exact;
  return nodes.find((node) => node.name.toLowerCase() === name.toLowerCase());
}

function tellNames(nodes: readonly FileNode[], wanted: string): string {
  if (nodes.length === 0) return ', which is empty';
  const start = wanted.slice(0, 3).toLowerCase();
  const near = nodes.filter(({ name }) => name.toLowerCase().startsWith(start));
  const told = (near.length > 0 ? near : nodes).map(({ name }) => printable(name));
  const more = told.length > NAMES_MAX ? ', …' : '';
  return `; ${near.length > 0 ? 'closest matches:' : 'it has'} ${told.slice(0, NAMES_MAX).join(', ')}${more}`;
}

function joinTrail(trail: readonly FileNode[]): string {
  return `/${trail.map(({ name }) => name).join('/')}`;
}

/** A node as the entry that it is at a path. */
export function toEntry(
  { name: _name, locator: _locator, ...attributes }: FileNode,
  path: string,
): FileEntry {
  return { path, ...attributes };
}

/** The path of an entry in a directory. */
export function childPath(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}
