import { dirname, join, posix } from 'node:path';
import { readFile } from 'fs-extra';
import { UserError } from '@bringup/process';

/** One patch, and how it is to be applied. */
export interface PatchFile {
  /** Absolute. */
  readonly path: string;
  /** As messages name it: relative to the workspace. */
  readonly shown: string;
  /** How many leading directories of the names in it are dropped: 1 for `a/init/main.c`. */
  readonly strip: number;
}

/** A line of a series: a name, then options, of which only `-pN` is known. quilt(1), "series file". */
const LINE = /^(\S+)(?:\s+-p(\d+))?$/;

/**
 * The patches of a series, in its order. They lie in the directory of the series or below it, so that one directory holds all that
 * may be read.
 *
 * @throws UserError `PATCH_MISSING`, `PATCH_FORMAT` with each line that is at fault
 */
export async function readSeries({ path, shown }: Pick<PatchFile, 'path' | 'shown'>): Promise<PatchFile[]> {
  const text = await readPatchFile({ path, shown });
  const patches: PatchFile[] = [];
  const faults: string[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    if (line === '') continue;
    const [, name, strip] = LINE.exec(line) ?? [];
    const problem = name === undefined ? `"${line}" is not a name, or a name and -pN` : refusedName(name);
    if (problem !== undefined) faults.push(`${shown}:${index + 1}: ${problem}`);
    else
      patches.push({
        path: join(dirname(path), name!),
        shown: posix.join(posix.dirname(shown), name!),
        strip: strip === undefined ? 1 : Number(strip),
      });
  }
  if (faults.length > 0) throw new UserError('PATCH_FORMAT', faults.join('\n'), { path, faults });
  return patches;
}

function refusedName(name: string): string | undefined {
  const isInside = !name.startsWith('/') && !posix.normalize(name).startsWith('../');
  return isInside
    ? undefined
    : `${name} lies outside the directory of the series. Copy the patch there, or list it in "patches" by itself`;
}

/**
 * The text of a patch or series, decoded as latin1.
 *
 * @throws UserError `PATCH_MISSING`
 */
export async function readPatchFile({ path, shown }: Pick<PatchFile, 'path' | 'shown'>): Promise<string> {
  return readFile(path, 'latin1').catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`;
    const message = `patches: ${shown} ${problem}. Correct the option "patches", or the series that names it.`;
    throw new UserError('PATCH_MISSING', message, { path }, error);
  });
}
