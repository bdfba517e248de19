import { makeModule } from './make-module.js';
import type { Task } from '../../tasks/task.js';
import { kernelModuleDefaults, type KernelModuleOptions } from '../../generated/kernel-module-options.js';

/** `@bringup/nx:kernel-module`: see schema.json. */
export default function kernelModuleExecutor(task: Task, options: KernelModuleOptions): Promise<void> {
  return makeModule(task, { ...kernelModuleDefaults, ...options });
}
