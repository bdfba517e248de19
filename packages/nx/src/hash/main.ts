#!/usr/bin/env node
/**
 * Prints the hash of a source directory's files, for Nx's `runtime` inputs:
 *
 *   main.js PROGRAM PART PATH [CONFIG…]    relative to the workspace root, where Nx starts it
 *
 * Of a tree of the PROGRAM's kind, what the PART of the work reads. Where a CONFIG names the commit, so does the hash; one that
 * is not there may name it. Smaller trees are hashed by tree-hash.sh, which takes less time to start.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  bringupHome,
  describeDirectory,
  namesCommit,
  partOfSource,
  recipeOf,
  scmState,
  type ProgramName,
  type SourcePart,
} from '@bringup/kbuild';
import { recordHashed } from '../project/hashed-source.js';

async function main([program, part, path, ...configs]: string[]): Promise<void> {
  const directory = resolve(path!);
  const reader = [program as ProgramName, part as SourcePart] as const;
  const tree = partOfSource(await describeDirectory(directory, bringupHome()), ...reader);
  // A task that cannot compare works as before.
  await recordHashed(process.cwd(), ...reader, tree).catch(() => undefined);
  const commit = configs.some(mayNameCommit) ? await scmState(directory) : undefined;
  console.log(recipeOf([tree.identity, commit ?? null]));
}

function mayNameCommit(path: string): boolean {
  return !existsSync(path) || namesCommit(readFileSync(path, 'utf8'));
}

// The hash is of no use where there is no such directory: the task runs, and reports the error.
main(process.argv.slice(2)).catch(() => console.log(randomUUID()));
