import { writeCompileCommands } from '../../kinds/kconfig/compile-commands.js';
import { writeModuleCommands } from '../../kinds/kernel-module/compile-commands.js';
import type { CompileCommandsOptions } from '../../generated/compile-commands-options.js';
import { kernelModuleDefaults, type FullKernelModuleOptions } from '../../generated/kernel-module-options.js';
import { variantOptions } from '../../workspace/variants.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:compile-commands`: see schema.json. */
export default function compileCommandsExecutor(task: Task, _options: CompileCommandsOptions): Promise<void> {
  const { declaration, configuration } = task;
  if (declaration?.kind !== 'kernel-module') return writeCompileCommands(task);
  const own = variantOptions(declaration, configuration);
  return writeModuleCommands(task, { ...kernelModuleDefaults, ...own } as FullKernelModuleOptions);
}
