import { makeProgram } from './make-program.js';
import { programDefaults, type ProgramOptions } from '../../generated/program-options.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:program`: see schema.json. */
export default function programExecutor(task: Task, options: ProgramOptions): Promise<void> {
  return makeProgram(task, { ...programDefaults, ...options });
}
