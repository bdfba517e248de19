import { makeIsoImage } from './iso-image.js';
import { isoImageDefaults, type IsoImageOptions } from '../../generated/iso-image-options.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:iso-image`: see schema.json. */
export default function isoImageExecutor(task: Task, options: IsoImageOptions): Promise<void> {
  return makeIsoImage(task, { ...isoImageDefaults, ...options });
}
