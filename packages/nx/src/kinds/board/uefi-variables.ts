import { join } from 'node:path';
import { copy, pathExists } from 'fs-extra';
import { lockHolder, tryLock, writeAside, type HeldLock } from '@bringup/process';
import { findUefi, type BoardArch, type UefiFlash } from '@bringup/qemu';
import { LOCKED_PARTS, workDirectory } from '../../workspace/paths.js';
import type { Task } from '../../tasks/task.js';

/**
 * How a run uses UEFI's variables: `kept` writes to the board's own store, `new` starts with new ones and discards them,
 * `shown` names the board's own store and starts nothing.
 */
export type UefiVariables = 'kept' | 'new' | 'shown';

export interface UefiStore {
  flash: UefiFlash;
  /** The lock on the board's own store, to be held as long as QEMU lives; QEMU 7.2 does not lock a pflash file itself. */
  lock?: HeldLock;
}

/** The flash images of this host's UEFI. One run at a time writes to a board's own variables; another one gets new ones. */
export async function openUefi(task: Task, arch: BoardArch, use: UefiVariables): Promise<UefiStore> {
  const { code, variables: template } = await findUefi(arch);
  const thrownAway: UefiStore = { flash: { code, variables: template, keep: false } };
  if (use === 'new') return thrownAway;
  const work = workDirectory(task.workspaceRoot, task.project, task.configuration);
  const own = join(work, LOCKED_PARTS.uefiVariables);
  const kept: UefiStore = { flash: { code, variables: own, keep: true } };
  const lock = await tryLock(own, `running ${task.project}`);
  if (!lock) {
    const holder = await lockHolder(own);
    if (use === 'shown') {
      task.note(`wait before you start this command: its UEFI variables are used by ${holder}`);
      return kept;
    }
    task.note(
      `this run gets new UEFI variables and loses its changes to them: the board's own are used by ${holder}`,
    );
    return thrownAway;
  }
  try {
    if (!(await pathExists(own))) await writeAside(own, (aside) => copy(template, aside));
  } catch (error) {
    await lock.release();
    throw error;
  }
  if (use === 'kept') return { ...kept, lock };
  await lock.release();
  return kept;
}
