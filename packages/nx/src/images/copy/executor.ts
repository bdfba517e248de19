import { resolve } from 'node:path';
import { copyIn, copyOut, openPartition } from '@bringup/disk';
import { amount, UserError } from '@bringup/process';
import { inspectedImage } from '../inspected.js';
import { copyDefaults, type CopyOptions } from '../../generated/copy-options.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:copy`: see schema.json. */
export default async function copyExecutor(task: Task, given: CopyOptions): Promise<void> {
  const { from, to, into, force, symlinks, ...where } = { ...copyDefaults, ...given };
  if (into && where.image === undefined) {
    const message =
      `the image of ${task.project} is made from its options, and the next build would undo the copy: add the file to ` +
      'an overlay or to "files", or name another image with --image';
    throw new UserError('IMAGE_IS_MADE', message, { project: task.project });
  }
  const place = await inspectedImage(task, where);
  const onHost = (path: string) => resolve(task.workspaceRoot, path);
  if (into) {
    await copyIn(place, onHost(from), to, task.signal);
    task.note(`copied ${from} into ${place.path} as ${to}`);
    return;
  }
  const { written, skipped } = await openPartition(
    place,
    (partition) => copyOut(partition, from, onHost(to), { force, symlinks }),
    task.signal,
  );
  for (const { path, type } of skipped) task.note(`left out: ${path}, a ${type}`);
  task.note(`copied ${amount(written.length, 'file')} to ${to}`);
}
