import { readFileSync, statSync, type Dirent, type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ifGone, place } from './remembered-files.js';
import { realPath } from './real-path.js';

/**
 * Every name below `root` that is not a directory, `.git` excepted; names in latin1.
 *
 * @param otherwise for a directory that cannot be read; by default only one that is gone is left out
 */
export async function walk(
  root: Buffer,
  below = '',
  otherwise: (error: unknown) => Dirent[] = ifGone([]),
): Promise<string[]> {
  const options = { withFileTypes: true, encoding: 'latin1' as never } as const;
  const entries = await readdir(place(root, below), options).catch(otherwise);
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.name === '.git') continue;
    const name = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) names.push(...(await walk(root, name, otherwise)));
    else names.push(name);
  }
  return names;
}

/** Directories whose files no build needs, and where some reads block for ever; and the data of Bringup, Nx and git. */
const NEVER_READ = /^\/(proc|sys|dev)(\/|$)|\/(\.bringup|\.nx|\.git)(\/|$)/;

/** The target of a symbolic link in a tree. */
type Behind =
  | { readonly kind: 'file' }
  /** @property real its real path, in latin1 */
  | { readonly kind: 'directory'; readonly real: string };

/**
 * Follows a symbolic link of a tree to its end.
 *
 * @param top the real path of the tree, in latin1
 * @param path of the link
 * @param entered real paths of directories outside the tree whose files are listed already
 * @returns undefined where a build reads nothing behind the link by the link's name alone: it leads nowhere, to a directory of the tree
 * itself or above it, to one that is listed already, or to what builds write
 */
export function lookBehind(top: string, path: Buffer, entered: ReadonlySet<string>): Behind | undefined {
  try {
    const real = realPath(path);
    if (NEVER_READ.test(real)) return undefined;
    const isInside = isWithin(real, top);
    if (!isInside && isBelowOutput(real, top)) return undefined;
    const status = statSync(path);
    if (status.isFile()) return { kind: 'file' };
    if (!status.isDirectory() || isInside || isWithin(top, real)) return undefined;
    return [...entered].some((known) => isWithin(real, known)) ? undefined : { kind: 'directory', real };
  } catch {
    return undefined; // A circle, a missing target, or a directory that nobody may enter: whoever reads it fails.
  }
}

function isWithin(inner: string, outer: string): boolean {
  return `${inner}/`.startsWith(outer === '/' ? '/' : `${outer}/`);
}

/**
 * Whether a path lies in what a build writes: a link to the output directory of make (`O=`) or to published artifacts is there for people
 * and their debuggers. With its files in the hash, no build would ever be the same as the last.
 */
function isBelowOutput(real: string, top: string): boolean {
  for (let directory = real; !isWithin(top, directory); directory = dirname(directory))
    if (isOutput(directory)) return true;
  return false;
}

function isOutput(directory: string): boolean {
  const at = (name: string) => Buffer.from(join(directory, name), 'latin1');
  return (
    statOf(at('include/config'))?.isDirectory() === true ||
    statOf(at('.config'))?.isFile() === true ||
    isManifest(at('manifest.json'))
  );
}

function statOf(path: Buffer): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function isManifest(file: Buffer): boolean {
  try {
    const { recipe, artifacts } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    return typeof recipe === 'string' && typeof artifacts === 'object';
  } catch {
    return false;
  }
}
