import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { bringupHome } from '@bringup/kbuild';
import { lockHolder, tryLock, UserError, type HeldLock } from '@bringup/process';
import type { Drive } from '@bringup/qemu';
import type { ProjectContext } from '../../tasks/project-context.js';

/**
 * Locks the drives that keep what the guest writes. QEMU refuses a disk that another QEMU writes to, but not a card or a pflash file:
 * hw/sd/sd.c and hw/block/pflash_cfi01.c share all permissions (`BLK_PERM_ALL`), also with other processes.
 *
 * @returns the locks, to be held as long as QEMU lives
 * @throws UserError `IMAGE_IN_USE`
 */
export async function lockWrittenDrives(task: ProjectContext, drives: readonly Drive[]): Promise<HeldLock[]> {
  const locks: HeldLock[] = [];
  // One file may be named twice; QEMU says what is wrong with that.
  const written = drives.filter(({ keepWrites, readOnly }) => keepWrites && !readOnly);
  // In one order for all boards, so that of two with the same drives one has them all.
  const files = [...new Set(written.map(({ file }) => realpathSync(file)))].sort();
  try {
    for (const file of files) locks.push(await lockDrive(task, file));
    return locks;
  } catch (error) {
    await releaseAll(locks);
    throw error;
  }
}

/** Below the user's own directory, for all workspaces: the image may lie where nothing else can be written. */
async function lockDrive(task: ProjectContext, file: string): Promise<HeldLock> {
  const name = createHash('sha256').update(file).digest('hex').slice(0, 16);
  const place = join(bringupHome(), 'drives', name);
  const lock = await tryLock(place, `running ${task.project}, which writes to ${file}`);
  if (lock) return lock;
  const message =
    `${task.project}: drives: two guests that write to ${file} at once would destroy what is on it. Stop the other one first, ` +
    'or leave out keepWrites here, so that what this guest writes is thrown away. ' +
    `The image is used by ${await lockHolder(place)}`;
  throw new UserError('IMAGE_IN_USE', message, { file });
}

export async function releaseAll(locks: readonly HeldLock[]): Promise<void> {
  await Promise.all(locks.map((lock) => lock.release()));
}
