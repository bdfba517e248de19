import { debugBoard } from './debug-board.js';
import { debugDefaults, type DebugOptions } from '../../../generated/debug-options.js';
import type { Task } from '../../../tasks/task.js';

/** `@bringup/nx:debug`: see schema.json. */
export default function debugExecutor(task: Task, options: DebugOptions): Promise<void> {
  return debugBoard(task, { ...debugDefaults, ...options });
}
