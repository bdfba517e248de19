import { resolve } from 'node:path';
import { convertDisk } from '@bringup/disk';
import { inspectedImage } from '../inspected.js';
import { convertDefaults, type ConvertOptions } from '../../generated/convert-options.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:convert`: see schema.json. */
export default async function convertExecutor(task: Task, given: ConvertOptions): Promise<void> {
  const { to, output, ...where } = { ...convertDefaults, ...given };
  const { path, format } = await inspectedImage(task, where);
  const target = resolve(task.workspaceRoot, output);
  await convertDisk({ path, format }, { path: target, format: to }, task.signal);
  task.note(`wrote ${output}`);
}
