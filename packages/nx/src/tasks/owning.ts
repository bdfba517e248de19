import { withLock } from '@bringup/process';
import type { Task } from './task.js';

/** Runs `work` while holding the project's kept directory; reports the process that it waits for. */
export async function whileOwning<T>(task: Task, directory: string, work: () => Promise<T>): Promise<T> {
  const purpose = `working on ${task.project}`;
  return withLock(directory, { purpose, signal: task.signal, onWait: task.note }, work);
}
