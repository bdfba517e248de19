import { Writable } from 'node:stream';
import { openPartition, readFile } from '@bringup/disk';
import { inspectedImage } from '../inspected.js';
import { catDefaults, type CatOptions } from '../../generated/cat-options.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:cat`: see schema.json. */
export default async function catExecutor(task: Task, given: CatOptions): Promise<void> {
  const { path, ...where } = { ...catDefaults, ...given };
  const place = await inspectedImage(task, where);
  // The stream that readFile ends must not be stdout itself, which others still write to.
  const output = new Writable({
    write: (chunk, _encoding, done) => void process.stdout.write(chunk, done),
  });
  await openPartition(place, (partition) => readFile(partition, path, output), task.signal);
}
