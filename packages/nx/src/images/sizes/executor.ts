import type { ExecutorContext } from '@nx/devkit';
import { formatSizes, imageSizes } from '../image-sizes.js';
import { runTask } from '../../tasks/task.js';
import { sizesDefaults, type SizesOptions } from '../../generated/sizes-options.js';

/** `@bringup/nx:sizes`: see schema.json. */
export default function sizesExecutor(
  given: SizesOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, async (task) => {
    const { json } = { ...sizesDefaults, ...given };
    const sizes = await imageSizes(task);
    console.log(json ? JSON.stringify(sizes, null, 2) : formatSizes(sizes));
  });
}
