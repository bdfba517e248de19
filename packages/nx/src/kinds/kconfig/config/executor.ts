import type { ExecutorContext } from '@nx/devkit';
import { configureProject } from '../configure-project.js';
import { openKconfigProject, requireHashed } from '../kconfig-project.js';
import { runTask } from '../../../tasks/task.js';
import { configDefaults, type ConfigOptions } from '../../../generated/config-options.js';

/** `@bringup/nx:config`: see schema.json. */
export default function configExecutor(
  options: ConfigOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, async (task) => {
    const { program, ...rest } = options;
    const project = await openKconfigProject(task, program, { ...configDefaults, ...rest });
    await requireHashed(task, project, 'config');
    await configureProject(task, project);
  });
}
