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
import { resolve } from 'node:path';
import { bringupHome, identifyPart, type ProgramName, type SourcePart } from '@bringup/kbuild/identity';
import { countingCommit, sourceHash } from '../project/source-hash.js';

async function main([program, part, path, ...configs]: string[]): Promise<void> {
  const directory = resolve(path!);
  const look = identifyPart(directory, bringupHome(), program as ProgramName, part as SourcePart);
  const edited = look.then(
    ({ isEdited }) => isEdited,
    () => false, // The look itself says what is wrong.
  );
  const [{ identity }, commit] = await Promise.all([look, countingCommit(directory, configs, edited)]);
  console.log(sourceHash(identity, commit));
}

// The hash is of no use where there is no such directory: the task runs, and reports the error.
main(process.argv.slice(2)).catch(() => console.log(randomUUID()));
