import type { ExecutorContext } from '@nx/devkit';
import { debugBoard } from './debug-board.js';
import { runTask } from '../../../tasks/task.js';
import { debugDefaults, type DebugOptions } from '../../../generated/debug-options.js';

/** `@bringup/nx:debug`: see schema.json. */
export default function debugExecutor(
  options: DebugOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, (task) => debugBoard(task, { ...debugDefaults, ...options }));
}
