import { join, resolve } from 'node:path';
import { readFile } from 'fs-extra';
import { saveDefconfig } from '@bringup/kbuild';
import { writeFileAside } from '@bringup/process';
import { configureProject } from '../configure-project.js';
import { openMake } from '../kconfig-project.js';
import { whileOwning } from '../../../tasks/owning.js';
import { openVariant } from '../variant.js';
import type { SavedefconfigOptions } from '../../../generated/savedefconfig-options.js';
import type { Task } from '../../../tasks/task.js';

/** `@bringup/nx:savedefconfig`: see schema.json. */
export default async function savedefconfigExecutor(
  given: Task,
  options: SavedefconfigOptions,
): Promise<void> {
  const { task, project } = await openVariant(given, given.configuration);
  await configureProject(task, project);
  const config = await readFile(join(project.output, '.config'), 'utf8');
  const text = await whileOwning(task, project.work, async () =>
    saveDefconfig(await openMake(task, project, 'config'), config, task.signal),
  );
  if (options.output === undefined) process.stdout.write(text);
  else await writeFileAside(resolve(task.workspaceRoot, options.output), text);
}
