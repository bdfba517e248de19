import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
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

/**
 * Removes each target whose command or dependencies name a file of one of these names, whatever directory it is in: Kbuild also
 * reaches sources through links (scripts/dtc/include-prefixes), and a new header may hide one of the same name. make then makes
 * the targets again.
 *
 * @param names without directories
 * @returns how many targets were removed
 */
export async function removeDependents(out: string, names: ReadonlySet<string>): Promise<number> {
  const stale: string[] = [];
  forEachTarget(out, (target, commandFile) => {
    if (namesOneOf(readFileSync(commandFile, 'latin1'), names)) stale.push(target);
  });
  await Promise.all(stale.map((target) => remove(target)));
  return stale.length;
}

/** Searching for few names is faster than taking the text apart. */
const FEW = 30;

function namesOneOf(text: string, names: ReadonlySet<string>): boolean {
  if (names.size <= FEW && ![...names].some((name) => text.includes(name))) return false;
  return text.split(/[\s()'"]+/).some((word) => names.has(basename(word)));
}
