import { archiveInstallTree } from '@bringup/kbuild';
import { buildProject } from '../kconfig/build-project.js';
import { openKconfigProject } from '../kconfig/kconfig-project.js';
import { busyboxDefaults, type BusyboxOptions } from '../../generated/busybox-options.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:busybox`: see schema.json. */
export default async function busyboxExecutor(task: Task, options: BusyboxOptions): Promise<void> {
  const project = await openKconfigProject(task, 'busybox', { ...busyboxDefaults, ...options });
  await buildProject(task, project, async (_built, make) => ({
    'busybox.tar': await archiveInstallTree({
      make,
      static: project.options.static !== false,
      signal: task.signal,
    }),
  }));
}
