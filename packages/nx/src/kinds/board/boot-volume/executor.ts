import type { ExecutorContext } from '@nx/devkit';
import { makeBootVolume } from './make-volume.js';
import { runTask } from '../../../tasks/task.js';
import { bootVolumeDefaults, type BootVolumeOptions } from '../../../generated/boot-volume-options.js';

/** `@bringup/nx:boot-volume`: see schema.json. */
export default function bootVolumeExecutor(
  options: BootVolumeOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, (task) => makeBootVolume(task, { ...bootVolumeDefaults, ...options }));
}
