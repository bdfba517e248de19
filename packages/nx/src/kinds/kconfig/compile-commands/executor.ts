import type { ExecutorContext } from '@nx/devkit';
import { writeCompileCommands, writeModuleCommands } from '../compile-commands.js';
import { runTask } from '../../../tasks/task.js';
import type { CompileCommandsOptions } from '../../../generated/compile-commands-options.js';
import {
  kernelModuleDefaults,
  type FullKernelModuleOptions,
} from '../../../generated/kernel-module-options.js';
import { variantOptions } from '../../../workspace/variants.js';

/** `@bringup/nx:compile-commands`: see schema.json. */
export default function compileCommandsExecutor(
  _options: CompileCommandsOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, (task) => {
    const { declaration, configuration } = task;
    if (declaration?.kind !== 'kernel-module') return writeCompileCommands(task);
    const own = variantOptions(declaration, configuration);
    return writeModuleCommands(task, { ...kernelModuleDefaults, ...own } as FullKernelModuleOptions);
  });
}
