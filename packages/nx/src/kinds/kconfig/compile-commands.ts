import { join } from 'node:path';
import { pathExists } from 'fs-extra';
import { readCompileCommands } from '@bringup/kbuild';
import { publishCompileCommands } from '../../tasks/compilation-database.js';
import { makeInPlace } from './build-project.js';
import { openVariant } from './variant.js';
import type { Task } from '../../tasks/task.js';

/**
 * Writes the compilation database of a kernel, BusyBox or U-Boot, and puts it first in the workspace's.
 *
 * The commands name directories of this machine, and headers that make generated in the kept directory. So the database is not an
 * artifact, and a cache hit does not make it. Make runs, which takes seconds if it ran before.
 *
 * @throws UserError `NO_COMPILE_COMMANDS`
 */
export async function writeCompileCommands(given: Task): Promise<void> {
  const { task, project } = await openVariant(given, given.configuration);
  const out = join(project.work, 'out');
  if (!(await pathExists(out))) {
    task.note('nothing was compiled here yet, as what is published came from a cache: compiling');
  }
  const { commands, source } = await makeInPlace(task, project, async (make) => ({
    commands: await readCompileCommands(make.out),
    source: make.source.path,
  }));
  await publishCompileCommands(task, commands, out);
  task.note(`its sources are in ${source}`);
}
