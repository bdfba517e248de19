import { makeDiskImage } from './disk-image.js';
import { diskImageDefaults, type DiskImageOptions } from '../../generated/disk-image-options.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:disk-image`: see schema.json. */
export default function diskImageExecutor(task: Task, options: DiskImageOptions): Promise<void> {
  return makeDiskImage(task, { ...diskImageDefaults, ...options });
}
