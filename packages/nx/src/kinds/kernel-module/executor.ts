import { makeModule } from './make-module.js';
import { kernelModuleDefaults, type KernelModuleOptions } from '../../generated/kernel-module-options.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:kernel-module`: see schema.json. */
export default function kernelModuleExecutor(task: Task, options: KernelModuleOptions): Promise<void> {
  return makeModule(task, { ...kernelModuleDefaults, ...options });
}
