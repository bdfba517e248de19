import type { ExecutorContext } from '@nx/devkit';
import { makeDiskImage } from './disk-image.js';
import { runTask } from '../../tasks/task.js';
import { diskImageDefaults, type DiskImageOptions } from '../../generated/disk-image-options.js';

/** `@bringup/nx:disk-image`: see schema.json. */
export default function diskImageExecutor(
  options: DiskImageOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, (task) => makeDiskImage(task, { ...diskImageDefaults, ...options }));
}
