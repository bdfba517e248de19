import { resolve } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { convertDisk } from '@bringup/disk';
import { inspectedImage } from '../inspected.js';
import { runTask } from '../../tasks/task.js';
import { convertDefaults, type ConvertOptions } from '../../generated/convert-options.js';

/** `@bringup/nx:convert`: see schema.json. */
export default function convertExecutor(
  given: ConvertOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, async (task) => {
    const { to, output, ...where } = { ...convertDefaults, ...given };
    const { path, format } = await inspectedImage(task, where);
    const target = resolve(task.workspaceRoot, output);
    await convertDisk({ path, format }, { path: target, format: to }, task.signal);
    task.note(`wrote ${output}`);
  });
}
