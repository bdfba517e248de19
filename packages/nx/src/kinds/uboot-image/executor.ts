import type { ExecutorContext } from '@nx/devkit';
import { runTask } from '../../tasks/task.js';
import { makeUbootImage } from './uboot-image.js';
import { ubootImageDefaults, type UbootImageOptions } from '../../generated/uboot-image-options.js';

/** `@bringup/nx:uboot-image`: see schema.json. */
export default function ubootImageExecutor(
  options: UbootImageOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, (task) => makeUbootImage(task, { ...ubootImageDefaults, ...options }));
}
