import { join, resolve } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { readFile } from 'fs-extra';
import { saveDefconfig } from '@bringup/kbuild';
import { writeFileAside } from '@bringup/process';
import { configureProject } from '../configure-project.js';
import { openMake, whileOwning } from '../kconfig-project.js';
import { runTask } from '../../../tasks/task.js';
import { openVariant } from '../variant.js';
import type { SavedefconfigOptions } from '../../../generated/savedefconfig-options.js';

/** `@bringup/nx:savedefconfig`: see schema.json. */
export default function savedefconfigExecutor(
  options: SavedefconfigOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, async (given) => {
    const { task, project } = await openVariant(given, given.configuration);
    await configureProject(task, project);
    const config = await readFile(join(project.output, '.config'), 'utf8');
    const text = await whileOwning(task, project.work, async () =>
      saveDefconfig(await openMake(task, project, 'config'), config, task.signal),
    );
    if (options.output === undefined) process.stdout.write(text);
    else await writeFileAside(resolve(task.workspaceRoot, options.output), text);
  });
}
