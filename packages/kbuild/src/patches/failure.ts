import { join } from 'node:path';
import { pathExists, readFile } from 'fs-extra';
import { noSpaceError, saysNoSpace, UserError, type ToolError } from '@bringup/process';
import type { LoadedPatch } from './load-patch.js';
import { readPatch, type FilePatch, type Hunk } from './hunks.js';

interface Place {
  readonly tree: string;
  readonly source: string;
}

/**
 * Why a patch does not apply, from what GNU patch 2.7 says in English (src/patch.c, src/pch.c).
 *
 * @param lines its output
 */
export async function describeFailure(
  patch: LoadedPatch,
  { tree, source }: Place,
  lines: readonly string[],
): Promise<UserError | ToolError> {
  const log = lines.join('\n');
  if (saysNoSpace(log)) return noSpaceError(tree, new Error(log));
  const unsafe = unsafeNames(log);
  if (unsafe.length > 0) {
    const message = `${patch.shown} changes ${unsafe.join(', ')}: a path outside the source, or behind a symbolic link. It is not applied. Look at where the patch comes from; take it out of "patches", or correct the path in it.`;
    return new UserError('PATCH_UNSAFE', message, { path: patch.path, names: unsafe });
  }
  const { files } = readPatch(patch.text);
  const problems = [
    ...(await missingFiles(patch, files, tree)),
    ...(await failedHunks(patch, files, tree, log)),
    ...irregular(log),
  ];
  // Something that this version of patch says differently.
  if (problems.length === 0) problems.push(...log.trim().split('\n').slice(-12));
  const message =
    `${patch.shown} does not apply to ${source}:\n${problems.map((line) => `  ${line}`).join('\n')}\n` +
    'Bring the patch up to date with this version of the source, or take it out of "patches".';
  return new UserError('PATCH_FAILED', message, { path: patch.path, problems });
}

function unsafeNames(log: string): string[] {
  const found = log.matchAll(
    /^(?:Ignoring potentially dangerous file name (.+)|Invalid file name (.+) -- skipping patch)$/gm,
  );
  return [...new Set([...found].map(([, dangerous, invalid]) => (dangerous ?? invalid)!))];
}

function irregular(log: string): string[] {
  const found = log.matchAll(/^File (.+) is not a regular file -- refusing to patch$/gm);
  return [...found].map(
    ([, name]) => `${name} is a symbolic link or a directory: patch the file that it leads to`,
  );
}

const stripped = (name: string, strip: number) => name.split('/').slice(strip).join('/');

/** The file that a patch changes, as a path in the tree; undefined for one that it adds. */
function changedFile({ from, to }: FilePatch, strip: number): string | undefined {
  return from === '/dev/null' ? undefined : stripped(to === '/dev/null' ? from : to, strip);
}

async function missingFiles(
  patch: LoadedPatch,
  files: readonly FilePatch[],
  tree: string,
): Promise<string[]> {
  const added = new Set(
    files.filter(({ from }) => from === '/dev/null').map(({ to }) => stripped(to, patch.strip)),
  );
  const problems: string[] = [];
  for (const file of files) {
    const name = changedFile(file, patch.strip);
    if (name === undefined || added.has(name) || (await isThere(file, patch.strip, tree))) continue;
    const other = await otherStrip(file, patch.strip, tree);
    const hint =
      other === undefined
        ? ''
        : `. With -p${other} it does: list the patch in a series, as "${patch.shown.split('/').at(-1)} -p${other}"`;
    problems.push(`${patch.shown}:${file.line}: the source has no file ${name || file.to}${hint}`);
  }
  return problems;
}

async function isThere({ from, to }: FilePatch, strip: number, tree: string): Promise<boolean> {
  for (const name of [from, to]) {
    const path = stripped(name, strip);
    if (path !== '' && !path.split('/').includes('..') && (await pathExists(join(tree, path)))) return true;
  }
  return false;
}

async function otherStrip(file: FilePatch, strip: number, tree: string): Promise<number | undefined> {
  for (const other of [0, 1, 2, 3]) if (other !== strip && (await isThere(file, other, tree))) return other;
  return undefined;
}

/** How many hunks of one patch are described. */
const MOST = 5;

async function failedHunks(
  patch: LoadedPatch,
  files: readonly FilePatch[],
  tree: string,
  log: string,
): Promise<string[]> {
  const problems: string[] = [];
  let index = -1;
  let isApplied = false;
  for (const line of log.split('\n')) {
    if (/^(?:patching|checking) (?:file|symbolic link) |^can't find file to patch/.test(line)) {
      index += 1;
      isApplied = false;
    }
    if (/^Reversed \(or previously applied\) patch detected/.test(line)) isApplied = true;
    const file = files[index];
    if (!file) continue;
    const name = changedFile(file, patch.strip) ?? stripped(file.to, patch.strip);
    if (isApplied && /^\d+ out of \d+ hunks? ignored/.test(line))
      problems.push(`${patch.shown}:${file.line}: ${name} has this change already`);
    const number = /^Hunk #(\d+) FAILED at \d+/.exec(line)?.[1];
    const hunk = number === undefined ? undefined : file.hunks[Number(number) - 1];
    if (hunk)
      problems.push(
        ...(await describeHunk(patch, hunk, { name, number: `${number} of ${file.hunks.length}`, tree })),
      );
  }
  const rest = problems.length - MOST * 3;
  return rest > 0 ? [...problems.slice(0, MOST * 3), `and ${rest} lines more of this kind`] : problems;
}

async function describeHunk(
  patch: LoadedPatch,
  hunk: Hunk,
  { name, number, tree }: { name: string; number: string; tree: string },
): Promise<string[]> {
  const head = `${patch.shown}:${hunk.line}: hunk ${number} of ${name} fits nowhere`;
  const text = await readFile(join(tree, name), 'latin1').catch(() => undefined);
  if (text === undefined) return [head];
  const near = nearest(
    hunk,
    text.split('\n').map((line) => line.replace(/\r$/, '')),
  );
  if (!near) return [`${head}: none of its lines is in the file`];
  const wanted = Buffer.from(hunk.before[near.differs]!, 'latin1').toString();
  const found =
    near.found === undefined
      ? 'ends there'
      : `has ${JSON.stringify(Buffer.from(near.found, 'latin1').toString())}`;
  return [
    `${head}. Nearest: line ${near.start}, ${near.same} of ${hunk.before.length} lines agree`,
    `  the patch expects  ${JSON.stringify(wanted)}`,
    `  ${name}:${near.start + near.differs}  ${found}`,
  ];
}

interface Nearest {
  /** From 1. */
  readonly start: number;
  readonly same: number;
  /** Index of the first line of the hunk that differs there. */
  readonly differs: number;
  /** The file's line at that place. */
  readonly found: string | undefined;
}

/** The place in a file where most lines of a hunk agree; of equal ones, that which is nearest to where the hunk says. */
function nearest({ before, start }: Hunk, lines: readonly string[]): Nearest | undefined {
  let best: { start: number; same: number } | undefined;
  for (let at = 0; at < lines.length; at++) {
    let same = 0;
    for (let index = 0; index < before.length; index++)
      if (before[index]!.trim() !== '' && before[index] === lines[at + index]) same += 1;
    const isBetter =
      best === undefined ||
      same > best.same ||
      (same === best.same && Math.abs(at + 1 - start) < Math.abs(best.start - start));
    if (same > 0 && isBetter) best = { start: at + 1, same };
  }
  if (!best) return undefined;
  const differs = before.findIndex((line, index) => lines[best!.start - 1 + index] !== line);
  return { ...best, differs: Math.max(differs, 0), found: lines[best.start - 1 + Math.max(differs, 0)] };
}
