import type { ExecutorContext } from '@nx/devkit';
import { makeProgram } from './make-program.js';
import { runTask } from '../../tasks/task.js';
import { programDefaults, type ProgramOptions } from '../../generated/program-options.js';

/** `@bringup/nx:program`: see schema.json. */
export default function programExecutor(
  options: ProgramOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, (task) => makeProgram(task, { ...programDefaults, ...options }));
}
