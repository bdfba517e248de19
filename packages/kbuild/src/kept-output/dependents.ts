import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { remove } from 'fs-extra';

/** Kbuild keeps the command and the dependencies of `x.o` in `.x.o.cmd` beside it (scripts/basic/fixdep.c). */
export const COMMAND_FILE = /^\.(.+)\.cmd$/;

/** Calls `visit` for each target below `out` that has a command file. */
export function forEachTarget(out: string, visit: (target: string, commandFile: string) => void): void {
  for (const entry of readdirSync(out, { withFileTypes: true })) {
    if (entry.isDirectory()) forEachTarget(join(out, entry.name), visit);
    const target = COMMAND_FILE.exec(entry.name)?.[1];
    if (target !== undefined) visit(join(out, target), join(out, entry.name));
  }
}

/** Files that targets depend on. */
interface Forgotten {
  /** Any file of these names, without directories: a new header may hide one of the same name, wherever that is. */
  readonly names: ReadonlySet<string>;
  /** These files, absolute and in latin1. Kbuild also reaches them through links (scripts/dtc/include-prefixes). */
  readonly files: readonly string[];
}

/**
 * Removes each target whose command or dependencies name one of the files. make then makes the targets again.
 *
 * @returns how many targets were removed
 */
export async function removeDependents(out: string, forgotten: Forgotten): Promise<number> {
  const dependsOn = matcher(out, forgotten);
  return removeTargets(out, (text) => dependsOn(text));
}

/** @param isStale gets a target's command file in latin1, which keeps every byte of a name */
async function removeTargets(
  out: string,
  isStale: (text: string, target: string) => boolean,
): Promise<number> {
  const stale: string[] = [];
  forEachTarget(out, (target, commandFile) => {
    if (isStale(readFileSync(commandFile, 'latin1'), target)) stale.push(target);
  });
  await Promise.all(stale.map((target) => remove(target)));
  return stale.length;
}

const inLatin1 = (path: string) => Buffer.from(path).toString('latin1');

/** Between the words of a command file: a path may also stand in an option (`-Wl,-T,x.lds`, `--script=x.lds`). */
const SEPARATORS = /[\s()'"=,]+/;

/** Searching for few names is faster than taking the text apart. */
const FEW = 30;

/** Whether a command file names a forgotten file. */
function matcher(out: string, { names, files }: Forgotten): (text: string) => boolean {
  const real = new Set(files.map(realPath));
  const place = inLatin1(out);
  const bases = new Set([...names, ...files.map((file) => basename(file))]);
  const known = new Map<string, boolean>();
  const isForgotten = (word: string) => {
    const base = basename(word);
    if (!bases.has(base)) return false;
    if (names.has(base)) return true;
    const found = known.get(word) ?? real.has(realPath(resolve(place, word)));
    known.set(word, found);
    return found;
  };
  return (text) => {
    if (bases.size <= FEW && ![...bases].some((name) => text.includes(name))) return false;
    return text.split(SEPARATORS).some(isForgotten);
  };
}

/**
 * Removes each target that depends on a younger file outside the output directory and the source: firmware, keys, a file system that
 * goes into the image.
 */
export async function removeOutdated(out: string, source: string): Promise<void> {
  const times = new Map<string, number>();
  const timeOf = (path: string) => {
    const known = times.get(path);
    if (known !== undefined) return known;
    const status = statSync(Buffer.from(path, 'latin1'), { throwIfNoEntry: false });
    const found = status?.isFile() ? status.mtimeMs : 0;
    times.set(path, found);
    return found;
  };
  const places = [out, source].map((place) => `${inLatin1(place)}/`);
  const isOutside = (word: string) => word.startsWith('/') && !places.some((place) => word.startsWith(place));
  await removeTargets(out, (text, target) => {
    const made = timeOf(inLatin1(target));
    return text.split(SEPARATORS).some((word) => isOutside(word) && timeOf(word) > made);
  });
}

/** In latin1, as command files are read: names may have any bytes. */
function realPath(path: string): string {
  try {
    return realpathSync(Buffer.from(path, 'latin1'), { encoding: 'buffer' }).toString('latin1');
  } catch {
    return path;
  }
}
