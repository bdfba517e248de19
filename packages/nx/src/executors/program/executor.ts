import type { ExecutorContext } from '@nx/devkit';
import { makeProgram } from '../../execution/make-program.js';
import { runTask } from '../../execution/task.js';
import { programDefaults, type ProgramOptions } from '../../generated/program-options.js';

/** `@bringup/nx:program`: see schema.json. */
export default function programExecutor(
  options: ProgramOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, (task) => makeProgram(task, { ...programDefaults, ...options }));
}
