import type { ExecutorContext } from '@nx/devkit';
import { writeCompileCommands } from '../../execution/compile-commands.js';
import { runTask } from '../../execution/task.js';
import type { CompileCommandsOptions } from '../../generated/compile-commands-options.js';

/** `@bringup/nx:compile-commands`: see schema.json. */
export default function compileCommandsExecutor(
  _options: CompileCommandsOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, writeCompileCommands);
}
