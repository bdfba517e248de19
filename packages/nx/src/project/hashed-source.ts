import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readFile, remove } from 'fs-extra';
import type { ProgramName, SourcePart, SourceTree } from '@bringup/kbuild';
import { UserError, writeFileAside } from '@bringup/process';
import { hashedDirectory } from './paths.js';

/**
 * Remembers what Nx hashed of a source directory. Nx keeps the result of a task under the hash that it made before the task ran,
 * so a task must not work on anything else.
 */
export async function recordHashed(
  workspaceRoot: string,
  program: ProgramName,
  part: SourcePart,
  tree: Pick<SourceTree, 'path' | 'identity'>,
): Promise<void> {
  await writeFileAside(recordOf(workspaceRoot, program, part, tree.path), tree.identity);
}

/**
 * @param tree the part of the source as the task sees it
 * @throws UserError `SOURCE_CHANGED` when it is not what Nx hashed last
 */
export async function checkHashed(
  workspaceRoot: string,
  program: ProgramName,
  part: SourcePart,
  tree: Pick<SourceTree, 'path' | 'identity'>,
): Promise<void> {
  const record = recordOf(workspaceRoot, program, part, tree.path);
  const hashed = await readFile(record, 'utf8').catch(() => undefined);
  if (hashed === undefined || hashed === tree.identity) return;
  // Where Nx does not hash the source any more (a project with inputs of its own), the record would never change again.
  await remove(record);
  throw new UserError(
    'SOURCE_CHANGED',
    `${tree.path} changed after Nx had hashed it, so Nx would keep what is made now as if it were made from the earlier state. ` +
      'Run the same command again.',
    { path: tree.path },
  );
}

function recordOf(workspaceRoot: string, program: ProgramName, part: SourcePart, path: string): string {
  const name = createHash('sha256')
    .update(JSON.stringify([program, part, path]))
    .digest('hex')
    .slice(0, 32);
  return join(hashedDirectory(workspaceRoot), name);
}
