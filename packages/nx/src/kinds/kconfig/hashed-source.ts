import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { bringupHome, scmState, type ProgramName, type SourcePart, type SourceTree } from '@bringup/kbuild';
import { forgetConfigAnswer } from '@bringup/kbuild/identity';
import { UserError } from '@bringup/process';
import { hashedDirectory, isSourceHashCommand, sourceHash } from '../../graph/source-hash.js';
import type { Task } from '../../tasks/task.js';

/**
 * Refuses a source directory that changed after Nx hashed it: Nx keeps the result of a task under the hash that it made before the
 * task ran. For targets that Nx caches.
 *
 * @param tree the part of the source as the task sees it
 * @param named the commit that the artifacts name; Nx has to have hashed it, too
 * @throws UserError `SOURCE_CHANGED`
 */
export async function checkHashed(
  { runtimeHashes, workspaceRoot }: Pick<Task, 'runtimeHashes' | 'workspaceRoot'>,
  program: ProgramName,
  part: SourcePart,
  { path, identity, own }: Pick<SourceTree, 'path' | 'identity' | 'own'>,
  named?: string,
): Promise<void> {
  // Each variant may have a source of its own. If a project sets its own inputs, there may be no hash of this task's source.
  const hashed = [...runtimeHashes].filter(
    ([command]) =>
      isSourceHashCommand(command, program, part) &&
      isSame(resolve(workspaceRoot, hashedDirectory(command)!), path),
  );
  if (hashed.length === 0) return;
  const hashArray = await loadHashArray();
  const matches = (commit: string | undefined) => {
    const now = hashArray([sourceHash(identity, commit)]);
    return hashed.some(([, hash]) => hash === now);
  };
  if (named === undefined ? matches(undefined) || matches(await scmState(path, own?.edits)) : matches(named))
    return;
  // Where a kept answer was stale, the same command again finds the right one.
  for (const [command] of hashed) {
    const directory = resolve(realpathSync(workspaceRoot), hashedDirectory(command)!);
    await forgetConfigAnswer(directory, bringupHome(), program);
  }
  const what =
    named !== undefined && matches(undefined)
      ? `${path}: the release names the commit since the configuration changed in this run, after Nx had hashed the task without the commit`
      : `${path} changed after Nx had hashed it, so Nx would cache this build under the hash of the earlier state`;
  throw new UserError('SOURCE_CHANGED', `${what}. Run the same command again.`, { path });
}

/** The `hashArray` of @nx/devkit, from the Nx module that defines it: loading all of devkit takes as long as a look at the tree. */
async function loadHashArray(): Promise<(content: string[]) => string> {
  const hasher = await import('nx/src/hasher/file-hasher').catch(() => undefined);
  return hasher?.hashArray ?? (await import('@nx/devkit')).hashArray;
}

/** @param real a real path */
function isSame(path: string, real: string): boolean {
  try {
    return realpathSync(path) === real;
  } catch {
    return false;
  }
}
