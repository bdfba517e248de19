import { join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { readFile } from 'fs-extra';
import { archiveGdbScripts, GDB_SCRIPTS } from '@bringup/kbuild';
import { resolvedValues } from '@bringup/kconfig';
import { buildProject } from '../../execution/build-project.js';
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
    await buildProject(task, project, async (built, make) => {
      const config = resolvedValues(await readFile(join(make.out, '.config'), 'utf8'));
      if (config.get('GDB_SCRIPTS') !== 'y') return built;
      return { ...built, [GDB_SCRIPTS]: await archiveGdbScripts(make, task.signal) };
    });
  });
}
