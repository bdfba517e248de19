import type { ExecutorContext } from '@nx/devkit';
import { makeIsoImage } from './iso-image.js';
import { runTask } from '../../tasks/task.js';
import { isoImageDefaults, type IsoImageOptions } from '../../generated/iso-image-options.js';

/** `@bringup/nx:iso-image`: see schema.json. */
export default function isoImageExecutor(
  options: IsoImageOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, (task) => makeIsoImage(task, { ...isoImageDefaults, ...options }));
}
