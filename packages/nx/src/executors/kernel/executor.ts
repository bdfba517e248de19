import type { ExecutorContext } from '@nx/devkit';
import { buildProject, withTreeModules } from '../../execution/build-project.js';
import { openKconfigProject } from '../../execution/kconfig-project.js';
import { runTask } from '../../execution/task.js';
import { kernelDefaults, type KernelOptions } from '../../generated/kernel-options.js';

/** `@bringup/nx:kernel`: see schema.json. */
export default function kernelExecutor(
  options: KernelOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, async (task) => {
    const project = await openKconfigProject(task, 'kernel', { ...kernelDefaults, ...options });
    await buildProject(task, project, withTreeModules(task));
  });
}
