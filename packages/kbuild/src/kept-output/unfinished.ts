import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { remove } from 'fs-extra';
import { forEachTarget } from './dependents.js';

/** conf and Kbuild's filechk write these aside, and rename them. */
const RENAMED = /(^|\/)include\/(config|generated)(\/|$)/;
/** Nothing works on an archive or a list after its command has ended. */
const LAST_STEP = /\.(a|order)$/;
/** Linking is quick, and leaves files that have no command file. */
const LINKED = /^(\.tmp_)?vmlinux|^System\.map$|^modules\.builtin/;

/**
 * Removes what a killed make may have left half-written, and keeps what is provably whole. Kbuild writes the command file of an
 * archive after the command has succeeded, and make runs that command after those of all members have ended. So an object is whole
 * if a complete command file names it and is not older. Everything else that make wrote is removed.
 *
 * @param sinceMs when make was started, by the clock of the file system
 * @returns how many of the files that make wrote are kept
 */
export async function removeUnfinished(out: string, sinceMs: number): Promise<number> {
  const whole = wholeTargets(out);
  const removed: string[] = [];
  let kept = 0;
  const visit = (directory: string, below: string) => {
    for (const entry of readdirSync(join(out, below), { withFileTypes: true })) {
      const name = below ? `${below}/${entry.name}` : entry.name;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) visit(path, name);
      else if (!entry.isFile() || RENAMED.test(name) || statSync(path).mtimeMs < sinceMs) continue;
      else if (isKept(path, entry.name, whole)) kept += 1;
      else removed.push(path);
    }
  };
  visit(out, '');
  await Promise.all(removed.map((path) => remove(path)));
  return kept;
}

function isKept(path: string, name: string, whole: ReadonlySet<string>): boolean {
  const target = /^\.(.+)\.cmd$/.exec(name)?.[1];
  return whole.has(target === undefined ? path : join(dirname(path), target));
}

/** The targets that are proven to be whole, by absolute path. */
function wholeTargets(out: string): Set<string> {
  const whole = new Set<string>();
  const timeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  forEachTarget(out, (target, commandFile) => {
    const text = readFileSync(commandFile, 'latin1');
    const writtenMs = timeOf(commandFile);
    if (!text.endsWith('\n') || timeOf(target) > writtenMs) return;
    if (LAST_STEP.test(target)) whole.add(target);
    // Members are named relative to the archive (5.18 and later) or to the output directory; a list of modules
    // names what their objects become.
    const command = text.slice(0, text.indexOf('\n'));
    const words = command.split(/[\s'";]+/).map((word) => word.replace(/\.ko$/, '.o'));
    for (const word of words.filter((name) => /\.[oa]$/.test(name)))
      for (const member of [resolve(dirname(target), word), resolve(out, word)])
        if (member !== target && timeOf(member) <= writtenMs) whole.add(member);
  });
  for (const path of whole) if (LINKED.test(path.slice(out.length + 1))) whole.delete(path);
  return whole;
}
