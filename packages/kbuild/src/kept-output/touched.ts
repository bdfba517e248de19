import { lstatSync } from 'node:fs';
import { place, type OwnFiles } from '../sources/index.js';

/**
 * The files of a source that were written, replaced or dated since a moment, whatever they are now. A file that was another one for a while
 * and is as it was before is among them: its inode's change time is set by the kernel, and no program can date it back (inode(7)).
 *
 * @param root the tree's directory
 * @param own the tree as it is now. Files that are as git's index has them, times and inode included, are not looked at.
 * @param sinceMs by the clock of the file system, in milliseconds since 1970
 * @returns names in latin1
 */
export function touchedSince(
  root: string,
  { files, state, selection }: Pick<OwnFiles, 'files' | 'state' | 'selection'>,
  sinceMs: number,
): string[] {
  const names = state ? state.now.map(([name]) => name) : [...files().keys()];
  const directory = Buffer.from(root);
  const changeTime = (name: string) =>
    lstatSync(place(directory, name), { throwIfNoEntry: false })?.ctimeMs ?? 0;
  return names.filter((name) => selection.has(name) && changeTime(name) >= sinceMs);
}
