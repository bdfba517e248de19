import { buildProject } from '../kconfig/build-project.js';
import { openKconfigProject } from '../kconfig/kconfig-project.js';
import { uBootDefaults, type UBootOptions } from '../../generated/u-boot-options.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:u-boot`: see schema.json. */
export default async function uBootExecutor(task: Task, options: UBootOptions): Promise<void> {
  await buildProject(task, await openKconfigProject(task, 'u-boot', { ...uBootDefaults, ...options }));
}
