import { lstatSync, readFileSync, readlinkSync, statSync, type Stats } from 'node:fs';
import { place, walk } from '../sources/index.js';
import type { SourceChanges } from './source-changes.js';

/**
 * Which files differ between two trees of the store. Files that both have by hard links, as a patched source has those of the unpatched
 * one, are not read.
 *
 * @param has which files count, by their names in latin1
 */
export async function compareTrees(
  from: string,
  to: string,
  has: (name: string) => boolean,
): Promise<SourceChanges> {
  const [before, now] = [Buffer.from(from), Buffer.from(to)];
  const [earlier, later] = [new Set(await walk(before)), new Set(await walk(now))];
  const names = [...later].filter(has);
  return {
    changed: names.filter((name) => earlier.has(name) && !isSame(place(before, name), place(now, name))),
    added: names.filter((name) => !earlier.has(name)),
    deleted: [...earlier].filter((name) => has(name) && !later.has(name)),
  };
}

/** Whether make would read the same in both places: content, the executable bit, and where a link leads. */
function isSame(before: Buffer, now: Buffer): boolean {
  const [was, is] = [lstatSync(before), lstatSync(now)];
  if (is.isSymbolicLink()) return was.isSymbolicLink() && isSameLink(before, now);
  return was.isFile() && is.isFile() && isSameFile([before, was], [now, is]);
}

/** A link to a file is read as that file; the files of a directory count by their own names. */
function isSameLink(before: Buffer, now: Buffer): boolean {
  if (!readlinkSync(before, 'buffer').equals(readlinkSync(now, 'buffer'))) return false;
  const [was, is] = [before, now].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (!was?.isFile() || !is?.isFile()) return was?.isFile() === is?.isFile();
  return isSameFile([before, was], [now, is]);
}

function isSameFile([before, was]: readonly [Buffer, Stats], [now, is]: readonly [Buffer, Stats]): boolean {
  if (was.ino === is.ino && was.dev === is.dev) return true;
  const isExecutable = ({ mode }: Stats) => (mode & 0o100) !== 0;
  if (was.size !== is.size || isExecutable(was) !== isExecutable(is)) return false;
  return readFileSync(before).equals(readFileSync(now));
}
