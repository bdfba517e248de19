import { lstatSync, statSync } from 'node:fs';
import { place, type OwnFiles } from '../sources/index.js';

type Own = Pick<OwnFiles, 'files' | 'state' | 'selection'>;

/**
 * When the inodes of a source's files last changed: name in latin1 → milliseconds since 1970, 0 for a missing one. The kernel sets that
 * time whenever a file is written, replaced or dated, and no program can date it back (inode(7)). Files that are as git's index has them,
 * times and inode included, are left out.
 *
 * @param root the tree's directory
 * @param own the tree as it is now
 */
export function changeTimes(root: string, { files, state, selection }: Own): Map<string, number> {
  const names = state ? state.now.map(([name]) => name) : [...files().keys()];
  return new Map(names.filter(selection.has).map((name) => [name, changeTime(root, name)]));
}

/** For a link to a file, the later change of the two. */
function changeTime(root: string, name: string): number {
  const path = place(Buffer.from(root), name);
  const status = lstatSync(path, { throwIfNoEntry: false });
  return Math.max(status?.ctimeMs ?? 0, status?.isSymbolicLink() ? targetTime(path) : 0);
}

function targetTime(path: Buffer): number {
  try {
    const status = statSync(path);
    return status.isFile() ? status.ctimeMs : 0;
  } catch {
    return 0; // It leads nowhere, or to where nobody may look.
  }
}

/** The state with which {@link touchedSince} compares. */
export interface Before {
  /** {@link changeTimes} when make began. */
  readonly times: ReadonlyMap<string, number>;
  readonly state: Own['state'];
  /** When make began, in milliseconds since 1970. */
  readonly startedMs: number;
}

/**
 * The files that were touched since make began, also those that are as they were.
 *
 * No clock is asked as long as git's index is the same: that of a file server may be another one, and a file that differs from the index now,
 * but did not before, was touched. Where the index is another one (`git reset`), only the clock tells.
 *
 * @param own the tree as it is now
 */
export function touchedSince(root: string, { times, state, startedMs }: Before, own: Own): string[] {
  const now = changeTimes(root, own);
  for (const name of times.keys()) if (!now.has(name)) now.set(name, changeTime(root, name));
  const isSameIndex = state?.index === own.state?.index;
  const isTouched = (name: string, time: number) =>
    times.has(name) || isSameIndex ? times.get(name) !== time : time >= startedMs;
  return [...now].filter(([name, time]) => isTouched(name, time)).map(([name]) => name);
}
