import { makeUbootImage } from './uboot-image.js';
import { ubootImageDefaults, type UbootImageOptions } from '../../generated/uboot-image-options.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:uboot-image`: see schema.json. */
export default function ubootImageExecutor(task: Task, options: UbootImageOptions): Promise<void> {
  return makeUbootImage(task, { ...ubootImageDefaults, ...options });
}
