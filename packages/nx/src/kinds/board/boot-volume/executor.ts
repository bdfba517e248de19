import { makeBootVolume } from './make-volume.js';
import { bootVolumeDefaults, type BootVolumeOptions } from '../../../generated/boot-volume-options.js';
import type { Task } from '../../../tasks/task.js';

/** `@bringup/nx:boot-volume`: see schema.json. */
export default function bootVolumeExecutor(task: Task, options: BootVolumeOptions): Promise<void> {
  return makeBootVolume(task, { ...bootVolumeDefaults, ...options });
}
