import { followFile, isUp, pathsOf, selectRun } from '@bringup/qemu';
import { runSubject } from '../runs.js';
import { consoleDefaults, type ConsoleOptions } from '../../../generated/console-options.js';
import type { Task } from '../../../tasks/task.js';

/** `@bringup/nx:console`: see schema.json. */
export default async function consoleExecutor(task: Task, given: ConsoleOptions): Promise<void> {
  const { id, follow, tail } = { ...consoleDefaults, ...given };
  const { directory, record } = await selectRun(runSubject(task), id);
  await followFile(pathsOf(directory).consoleLog, {
    onData: (bytes) => process.stdout.write(bytes),
    tailBytes: tail,
    isAlive: () => follow && isUp(record),
    signal: task.signal,
  });
  task.signal.throwIfAborted();
}
