import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { remove } from 'fs-extra';
import { COMMAND_FILE, forEachTarget } from './dependents.js';

/** conf and Kbuild's filechk write these aside, and rename them. Others there have a command file, as objects have. */
const RENAMED = /(^|\/)include\/(config|generated)(\/|$)/;
/**
 * Nothing works on an archive, a list or a generated header after its command has ended. bison's header is an exception: the
 * same command writes its .c file, which has no command file of its own, so the two must be made again together.
 */
const LAST_STEP = /\.(a|order)$|(?<!\.tab)\.h$/;
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
  const { commanded, whole } = examineTargets(out);
  const removed: string[] = [];
  let kept = 0;
  const visit = (directory: string) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      const target = targetOf(path);
      if (entry.isDirectory()) visit(path);
      else if (!entry.isFile() || statSync(path).mtimeMs < sinceMs) continue;
      else if (RENAMED.test(path.slice(out.length)) && !commanded.has(target)) continue;
      else if (whole.has(target)) kept += 1;
      else removed.push(path);
    }
  };
  visit(out);
  await Promise.all(removed.map((path) => remove(path)));
  return kept;
}

/** The target that a command file belongs to; for any other file, itself. */
function targetOf(path: string): string {
  const target = COMMAND_FILE.exec(basename(path))?.[1];
  return target === undefined ? path : join(dirname(path), target);
}

/** By absolute path: the targets that have a command file, and those that are proven to be whole. */
function examineTargets(out: string): { commanded: Set<string>; whole: Set<string> } {
  const commanded = new Set<string>();
  const whole = new Set<string>();
  const timeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  forEachTarget(out, (target, commandFile) => {
    commanded.add(target);
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
  return { commanded, whole };
}
