import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  namesCommit,
  scmState,
  type ProgramName,
  type SourcePart,
  type TreeEdits,
} from '@bringup/kbuild/identity';
import { quoteCommand, splitCommand } from '@bringup/process';
import { PACKAGE } from '../workspace/package-path.js';

/** Prints {@link sourceHash} of a directory, for Nx. */
const PROGRAM = ['sh', `${PACKAGE}/scripts/source-hash.sh`];

/**
 * The command of a `runtime` input that hashes what one part of the work reads of a source directory.
 *
 * @param path relative to the workspace root, or absolute
 * @param configs `.config` files, relative to the workspace root: where one names the commit, the commit counts
 */
export function sourceHashCommand(
  program: ProgramName,
  part: SourcePart,
  path: string,
  configs: readonly string[],
): string {
  return quoteCommand([...PROGRAM, program, part, path, ...configs]);
}

/** Whether a task's `runtime` input is a {@link sourceHashCommand} of that part. */
export function isSourceHashCommand(command: string, program: ProgramName, part: SourcePart): boolean {
  return command.startsWith(`${quoteCommand([...PROGRAM, program, part])} `);
}

/** The directory that a {@link sourceHashCommand} hashes; undefined for any other command. */
export function hashedDirectory(command: string): string | undefined {
  const [shell, script, , , path] = splitCommand(command);
  return shell === PROGRAM[0] && script === PROGRAM[1] ? path : undefined;
}

/**
 * The value of a source directory in a task's hash.
 *
 * @param identity of the part of the tree
 * @param commit see {@link scmState}; undefined where it does not count
 */
export function sourceHash(identity: string, commit: string | undefined): string {
  return hash('sha256', JSON.stringify([identity, commit ?? null]));
}

/**
 * The commit of a tree, where it counts: when one of the `.config` files names it, or is not there yet and so may name it.
 *
 * @param edits as for {@link scmState}
 */
export async function countingCommit(
  directory: string,
  configs: readonly string[],
  edits: Promise<TreeEdits>,
): Promise<string | undefined> {
  const texts = await Promise.all(
    configs.map(async (path) => (existsSync(path) ? readFile(path, 'utf8') : undefined)),
  );
  const counts = texts.some((text) => text === undefined || namesCommit(text));
  return counts ? scmState(directory, edits) : undefined;
}
