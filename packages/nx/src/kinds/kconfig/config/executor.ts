import { configureProject } from '../configure-project.js';
import { openKconfigProject, requireHashed } from '../kconfig-project.js';
import { configDefaults, type ConfigOptions } from '../../../generated/config-options.js';
import type { Task } from '../../../tasks/task.js';

/** `@bringup/nx:config`: see schema.json. */
export default async function configExecutor(task: Task, options: ConfigOptions): Promise<void> {
  const { program, ...rest } = options;
  const project = await openKconfigProject(task, program, { ...configDefaults, ...rest });
  await requireHashed(task, project, 'config');
  await configureProject(task, project);
}
