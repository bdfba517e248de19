import type { ExecutorContext } from '@nx/devkit';
import { makeModule } from './make-module.js';
import { runTask } from '../../tasks/task.js';
import { kernelModuleDefaults, type KernelModuleOptions } from '../../generated/kernel-module-options.js';

/** `@bringup/nx:kernel-module`: see schema.json. */
export default function kernelModuleExecutor(
  options: KernelModuleOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, (task) => makeModule(task, { ...kernelModuleDefaults, ...options }));
}
