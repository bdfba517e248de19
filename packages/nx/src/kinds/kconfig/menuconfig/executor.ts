import type { ExecutorContext } from '@nx/devkit';
import { editConfiguration } from '../edit-configuration.js';
import { runTask } from '../../../tasks/task.js';
import { menuconfigDefaults, type MenuconfigOptions } from '../../../generated/menuconfig-options.js';

/** `@bringup/nx:menuconfig`: see schema.json. */
export default function menuconfigExecutor(
  options: MenuconfigOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, (task) => editConfiguration(task, { ...menuconfigDefaults, ...options }));
}
