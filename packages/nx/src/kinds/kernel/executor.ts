import { archiveGdbScripts, archiveTreeModules, GDB_SCRIPTS } from '@bringup/kbuild';
import { resolvedValues } from '@bringup/kconfig';
import { buildProject } from '../kconfig/build-project.js';
import { openKconfigProject } from '../kconfig/kconfig-project.js';
import { kernelDefaults, type KernelOptions } from '../../generated/kernel-options.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:kernel`: see schema.json. */
export default async function kernelExecutor(task: Task, options: KernelOptions): Promise<void> {
  const project = await openKconfigProject(task, 'kernel', { ...kernelDefaults, ...options });
  await buildProject(task, project, async (built, make, config) => {
    const modules = await archiveTreeModules({ make, config, signal: task.signal });
    const artifacts = { ...built, ...modules };
    if (resolvedValues(config).get('GDB_SCRIPTS') !== 'y') return artifacts;
    return { ...artifacts, [GDB_SCRIPTS]: await archiveGdbScripts(make, task.signal) };
  });
}
