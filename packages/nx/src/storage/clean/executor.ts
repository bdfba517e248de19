import { relative } from 'node:path';
import { formatSize } from '@bringup/disk';
import { removeCompileCommands } from '../../tasks/compilation-database.js';
import { removeProjectKept } from '../kept-directories.js';
import type { CleanOptions } from '../../generated/clean-options.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:clean`: see schema.json. */
export default async function cleanExecutor(task: Task, { json }: CleanOptions): Promise<void> {
  const { workspaceRoot, project, configuration: variant, signal } = task;
  const lock = { purpose: `cleaning ${project}`, signal, onWait: task.note };
  const removed = await removeProjectKept(workspaceRoot, { project, variant }, lock);
  // It has the commands of the variant that was asked for last, whichever that was.
  if (variant === undefined) removed.push(...(await removeCompileCommands(task)));
  const shown = removed.map(({ path, bytes }) => ({ path: relative(workspaceRoot, path), bytes }));
  if (json) {
    console.log(JSON.stringify(shown, null, 2));
    return;
  }
  for (const { path, bytes } of shown) task.note(`removed ${path}, ${formatSize(bytes)}`);
  if (shown.length === 0) task.note('nothing is kept, so nothing was removed');
}
