import { join } from 'node:path';
import { readFile } from 'fs-extra';
import { withLock, writeFileAside } from '@bringup/process';
import { formatLock, LOCK_NAME, LOCK_VERSION, parseLock, type LockFile } from './lock-format.js';

/**
 * The workspace's lock; an absent one is empty.
 *
 * @throws UserError `LOCK_INVALID`
 */
export async function readLock(workspaceRoot: string): Promise<LockFile> {
  const file = join(workspaceRoot, LOCK_NAME);
  const text = await readFile(file, 'utf8').catch((error: { code?: string }) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? { version: LOCK_VERSION, sources: {}, tools: {} } : parseLock(text, file);
}

/**
 * Changes the lock, one process at a time; other processes' changes are kept.
 *
 * @returns whether the file changed; if not, it was not touched
 */
export async function updateLock(
  workspaceRoot: string,
  change: (lock: LockFile) => LockFile,
): Promise<boolean> {
  const file = join(workspaceRoot, LOCK_NAME);
  return withLock(
    join(workspaceRoot, '.bringup', 'lock-file'),
    { purpose: `updating ${LOCK_NAME}` },
    async () => {
      const before = await readFile(file, 'utf8').catch(() => undefined);
      const after = formatLock(change(await readLock(workspaceRoot)));
      if (after === before) return false;
      await writeFileAside(file, after);
      return true;
    },
  );
}
