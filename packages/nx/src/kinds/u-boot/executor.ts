import type { ExecutorContext } from '@nx/devkit';
import { buildProject } from '../kconfig/build-project.js';
import { openKconfigProject } from '../kconfig/kconfig-project.js';
import { runTask } from '../../tasks/task.js';
import { uBootDefaults, type UBootOptions } from '../../generated/u-boot-options.js';

/** `@bringup/nx:u-boot`: see schema.json. */
export default function uBootExecutor(
  options: UBootOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, async (task) => {
    await buildProject(task, await openKconfigProject(task, 'u-boot', { ...uBootDefaults, ...options }));
  });
}
