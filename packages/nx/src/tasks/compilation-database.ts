import { join } from 'node:path';
import { existsSync, readdir, readJson, remove, stat } from 'fs-extra';
import { formatCompileCommands, mergeCompileCommands, type CompileCommand } from '@bringup/kbuild';
import { amount, diskUsage, UserError, writeFileAside } from '@bringup/process';
import { COMPILE_COMMANDS, databaseDirectory } from '../workspace/paths.js';
import { whileOwning } from './owning.js';
import type { Task } from './task.js';

/**
 * Makes the commands a project's own database, and puts them before those of all other projects in the workspace's.
 *
 * @param out where make left a command beside each object
 * @throws UserError `NO_COMPILE_COMMANDS` without any
 */
export async function publishCompileCommands(
  task: Task,
  commands: readonly CompileCommand[],
  out: string,
): Promise<void> {
  requireCommands(commands, out);
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

function requireCommands(commands: readonly CompileCommand[], out: string): void {
  if (commands.length > 0) return;
  throw new UserError('NO_COMPILE_COMMANDS', `make left no .cmd file of a C source below ${out}`, { out });
}
