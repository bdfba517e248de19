import { editConfiguration } from '../edit-configuration.js';
import { menuconfigDefaults, type MenuconfigOptions } from '../../../generated/menuconfig-options.js';
import type { Task } from '../../../tasks/task.js';

/** `@bringup/nx:menuconfig`: see schema.json. */
export default function menuconfigExecutor(task: Task, options: MenuconfigOptions): Promise<void> {
  return editConfiguration(task, { ...menuconfigDefaults, ...options });
}
