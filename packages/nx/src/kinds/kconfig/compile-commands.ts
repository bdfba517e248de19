import { join } from 'node:path';
import { existsSync, pathExists, readdir, readJson, realpath, remove, stat } from 'fs-extra';
import {
  formatCompileCommands,
  mergeCompileCommands,
  readCompileCommands,
  type CompileCommand,
} from '@bringup/kbuild';
import { amount, diskUsage, UserError, writeFileAside } from '@bringup/process';
import { COMPILE_COMMANDS, databaseDirectory } from '../../workspace/paths.js';
import type { FullKernelModuleOptions } from '../../generated/kernel-module-options.js';
import { makeInPlace } from './build-project.js';
import { whileOwning } from './kconfig-project.js';
import { makeModuleInPlace } from '../kernel-module/make-module.js';
import type { Task } from '../../tasks/task.js';
import { openVariant } from './variant.js';

/**
 * Writes the compilation database of a kernel, BusyBox or U-Boot, and puts it first in the workspace's.
 *
 * The commands name this machine's directories, and headers that make generated in the kept directory: so this is
 * no artifact, and what a cache restored does not do. Make runs, which takes seconds where it ran before.
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
  requireCommands(commands, out);
  await publishCompileCommands(task, commands);
  task.note(`its sources are in ${source}`);
}

/**
 * The same for a kernel's module. Make compiles copies of its files, so each name of a copy becomes that of the file.
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
  requireCommands(commands, staging);
  await publishCompileCommands(task, commands);
}

function requireCommands(commands: readonly CompileCommand[], out: string): void {
  if (commands.length > 0) return;
  throw new UserError('NO_COMPILE_COMMANDS', `make left no .cmd file of a C source below ${out}`, { out });
}

/** Makes the commands a project's own database, and puts them before those of all other projects in the workspace's. */
export async function publishCompileCommands(task: Task, commands: readonly CompileCommand[]): Promise<void> {
  const directory = databaseDirectory(task.workspaceRoot);
  await whileOwning(task, directory, async () => {
    const own = databaseDirectory(task.workspaceRoot, task.project);
    await writeFileAside(join(own, COMPILE_COMMANDS), formatCompileCommands(commands));
    await mergeDatabases(directory);
  });
  task.note(`${amount(commands.length, 'file')}: clangd --compile-commands-dir=${directory}`);
}

/**
 * Removes a project's own database, and its commands from the workspace's.
 *
 * @returns the directory that was removed, with its bytes on the disk; empty when there was none
 */
export async function removeCompileCommands(task: Task): Promise<{ path: string; bytes: number }[]> {
  const own = databaseDirectory(task.workspaceRoot, task.project);
  if (!existsSync(own)) return [];
  const directory = databaseDirectory(task.workspaceRoot);
  return whileOwning(task, directory, async () => {
    const bytes = await diskUsage(own);
    await remove(own);
    await mergeDatabases(directory);
    return [{ path: own, bytes }];
  });
}

/** Makes the workspace's database of those of its projects; without any there is none. */
async function mergeDatabases(directory: string): Promise<void> {
  const file = join(directory, COMPILE_COMMANDS);
  const merged = mergeCompileCommands(await readDatabases(directory));
  if (merged.length === 0) await remove(file);
  else await writeFileAside(file, formatCompileCommands(merged));
}

/** Every project's database, the newest first. One that cannot be read is left out: its target makes it again. */
async function readDatabases(directory: string): Promise<CompileCommand[][]> {
  const found: { time: number; commands: CompileCommand[] }[] = [];
  for (const { name } of (await readdir(directory, { withFileTypes: true })).filter((one) =>
    one.isDirectory(),
  )) {
    const path = join(directory, name, COMPILE_COMMANDS);
    const commands = (await readJson(path).catch(() => undefined)) as CompileCommand[] | undefined;
    if (Array.isArray(commands)) found.push({ time: (await stat(path)).mtimeMs, commands });
  }
  return found.sort((a, b) => b.time - a.time).map(({ commands }) => commands);
}
