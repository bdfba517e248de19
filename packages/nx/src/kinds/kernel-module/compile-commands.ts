import { existsSync, realpath } from 'fs-extra';
import { readCompileCommands } from '@bringup/kbuild';
import type { FullKernelModuleOptions } from '../../generated/kernel-module-options.js';
import { publishCompileCommands } from '../../tasks/compilation-database.js';
import { makeModuleInPlace } from './make-module.js';
import type { Task } from '../../tasks/task.js';

/**
 * Writes the compilation database of a kernel's module, and puts it first in the workspace's. Make compiles copies of its files, so each name of a copy becomes that of the file.
 *
 * @throws UserError `NO_COMPILE_COMMANDS`
 */
export async function writeModuleCommands(task: Task, options: FullKernelModuleOptions): Promise<void> {
  const { staging, kernelOut } = await makeModuleInPlace(task, options);
  const root = await realpath(task.workspaceRoot);
  const inWorkspace = (text: string) => text.replaceAll(`${staging}/`, `${root}/`);
  const commands = (await readCompileCommands(staging, kernelOut))
    .map((entry) => ({ ...entry, file: inWorkspace(entry.file), command: inWorkspace(entry.command) }))
    // Not what modpost writes beside them.
    .filter(({ file }) => existsSync(file));
  await publishCompileCommands(task, commands, staging);
}
