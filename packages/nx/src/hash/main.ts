#!/usr/bin/env node
/**
 * Prints the hash of a source directory's files, for Nx's `runtime` inputs:
 *
 *   source-hash.sh PROGRAM PART PATH [CONFIG…]    relative to the workspace root, where Nx starts it
 *
 * Hashes the files that the PART of the work reads in a tree of the PROGRAM's kind. If a CONFIG names the commit, or does not
 * exist, the hash includes the commit. Smaller trees are hashed by tree-hash.sh, which starts faster. The script passes its start
 * time as the first argument, and on stdin the output of `git diff-files`, followed by `whole` if git succeeded.
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  bringupHome,
  identifyPart,
  keepConfigAnswer,
  type ProgramName,
  type SourcePart,
} from '@bringup/kbuild/identity';
import { countingCommit, sourceHash } from '../graph/source-hash.js';

/** The end of git's output when git did not fail. */
const WHOLE = 'whole';

async function main([started, program, part, path, ...configs]: string[]): Promise<void> {
  const directory = resolve(path!);
  const home = bringupHome();
  const early = { startedMs: Number(started), changed: readChanged() };
  const look = identifyPart(directory, home, program as ProgramName, part as SourcePart, early);
  const edits = look.then(
    (found) => found.edits,
    () => 'unknown' as const, // The look itself says what is wrong.
  );
  const [{ identity }, commit] = await Promise.all([look, countingCommit(directory, configs, edits)]);
  const text = sourceHash(identity, commit);
  console.log(text);
  if (part !== 'config') return;
  // git may have looked before Node started. Where date(1) printed no number, nothing is kept.
  const startedMs = Number(started) || 0;
  const programs = [__filename, ...Object.keys(require.cache)] as const;
  const answer = { startedMs, identity, text, programs };
  // It only saves time, and the hash is printed already.
  await keepConfigAnswer(directory, home, program as ProgramName, answer).catch(() => undefined);
}

async function readChanged(): Promise<Buffer | undefined> {
  const output = await buffer(process.stdin);
  return output.toString('latin1', output.length - WHOLE.length) === WHOLE
    ? output.subarray(0, -WHOLE.length)
    : undefined;
}

// The hash is of no use where there is no such directory: the task runs, and reports the error.
main(process.argv.slice(2)).catch(() => console.log(randomUUID()));
