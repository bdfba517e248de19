import { realpathSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { ifGone, place } from './remembered-files.js';

/** Every name below `root` that is not a directory, `.git` excepted; names in latin1. */
export async function walk(root: Buffer, below = ''): Promise<string[]> {
  const options = { withFileTypes: true, encoding: 'latin1' as never } as const;
  const entries = await readdir(place(root, below), options).catch(ifGone<Dirent[]>([]));
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.name === '.git') continue;
    const name = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) names.push(...(await walk(root, name)));
    else names.push(name);
  }
  return names;
}

/** Files there are no files of a build, and reading some of them waits for ever. */
const OF_THE_KERNEL = /^\/(proc|sys|dev)(\/|$)/;

/** What a symbolic link of a tree leads to. */
export type Behind =
  | { readonly kind: 'file' }
  /** @property real its real path, in latin1 */
  | { readonly kind: 'directory'; readonly real: string };

/**
 * Follows a symbolic link of a tree to its end.
 *
 * @param name of the link, in latin1
 * @param entered real paths of the directories through which the link was reached
 * @returns undefined where a build reads nothing behind it by the link's name alone: it leads nowhere, to a directory of the tree itself
 * or above it, or back to where we come from
 */
export function lookBehind(root: Buffer, name: string, entered: readonly string[]): Behind | undefined {
  const path = place(root, name);
  let real: string;
  try {
    real = realpathSync.native(path as unknown as string, 'latin1');
    const status = statSync(path);
    if (OF_THE_KERNEL.test(real)) return undefined;
    if (status.isFile()) return { kind: 'file' };
    if (!status.isDirectory()) return undefined;
  } catch {
    return undefined; // A circle, a missing target, or a directory that nobody may enter: whoever reads it fails.
  }
  const own = realpathSync.native(root as unknown as string, 'latin1');
  const isWithin = (inner: string, outer: string) =>
    `${inner}/`.startsWith(outer === '/' ? '/' : `${outer}/`);
  if (isWithin(real, own) || isWithin(own, real) || entered.includes(real)) return undefined;
  return { kind: 'directory', real };
}
