import type { ExecutorContext } from '@nx/devkit';
import { archiveInstallTree } from '@bringup/kbuild';
import { buildProject } from '../kconfig/build-project.js';
import { openKconfigProject } from '../kconfig/kconfig-project.js';
import { runTask } from '../../tasks/task.js';
import { busyboxDefaults, type BusyboxOptions } from '../../generated/busybox-options.js';

/** `@bringup/nx:busybox`: see schema.json. */
export default function busyboxExecutor(
  options: BusyboxOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, async (task) => {
    const project = await openKconfigProject(task, 'busybox', { ...busyboxDefaults, ...options });
    await buildProject(task, project, async (_built, make) => ({
      'busybox.tar': await archiveInstallTree({
        make,
        static: project.options.static !== false,
        signal: task.signal,
      }),
    }));
  });
}
