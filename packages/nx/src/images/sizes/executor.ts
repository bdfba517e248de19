import { formatSizes, imageSizes } from '../image-sizes.js';
import { sizesDefaults, type SizesOptions } from '../../generated/sizes-options.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:sizes`: see schema.json. */
export default async function sizesExecutor(task: Task, given: SizesOptions): Promise<void> {
  const { json } = { ...sizesDefaults, ...given };
  const sizes = await imageSizes(task);
  console.log(json ? JSON.stringify(sizes, null, 2) : formatSizes(sizes));
}
