import { basename, join, resolve } from 'node:path';
import { stat } from 'fs-extra';
import {
  buildProgram,
  checkProgram,
  crossPrefix,
  defaultCompilerFlags,
  recipeOf,
  type ProgramSettings,
} from '@bringup/kbuild';
import { sha256File } from '@bringup/process';
import { outputDirectory } from '../../tasks/output-directory.js';
import type { FullProgramOptions } from '../../generated/program-options.js';
import { engineIdentity } from '../../graph/engine.js';
import { programName, workDirectory } from '../../workspace/paths.js';
import { publishArtifacts } from '../../tasks/publish-artifacts.js';
import { checkTools, ensureLocked, type Locked } from '../../lock/locked.js';
import { programNeeds } from './needs.js';
import { findHeaders } from './program-files.js';
import type { Task } from '../../tasks/task.js';

/** Builds and publishes a program, unless the one that is there has the same recipe. */
export async function makeProgram(task: Task, options: FullProgramOptions): Promise<void> {
  const settings = programSettings(task.project, options);
  checkProgram(settings);
  const headers = await findHeaders(task.workspaceRoot, options.headers);
  const needs = programNeeds(options);
  const locked = await ensureLocked(task, needs);
  const output = outputDirectory(task, options.outputPath);
  const recipe = await programRecipe(task.workspaceRoot, settings, headers, locked);
  const work = workDirectory(task.workspaceRoot, task.project, task.configuration);
  const make = async () => {
    await checkTools(locked, needs.probe);
    return buildProgram({
      settings,
      directory: task.workspaceRoot,
      headers,
      out: join(work, 'out'),
      signal: task.signal,
      onCommand: task.command,
      onWarning: (line) => console.error(line),
    });
  };
  const changed = await publishArtifacts(task, { work, output, recipe, verb: 'compile', make });
  if (!changed) return;
  task.note(changed.length > 0 ? `built ${changed.join(', ')}` : 'built; artifacts unchanged');
}

function programSettings(project: string, options: FullProgramOptions): ProgramSettings {
  return {
    arch: options.arch,
    crossCompile: crossPrefix(options.arch, options.crossCompile),
    sources: options.sources,
    output: programName(project, options.output),
    static: options.static,
    libc: options.libc,
    ...(options.entry === undefined ? {} : { entry: options.entry }),
    compilerFlags: options.compilerFlags ?? defaultCompilerFlags(options),
    linkerFlags: options.linkerFlags,
    strip: options.strip,
  };
}

/** Names count as well as content: they stand in debug information, and in what `__FILE__` gives. */
async function programRecipe(
  workspaceRoot: string,
  settings: ProgramSettings,
  headers: readonly string[],
  { tools }: Locked,
): Promise<string> {
  const hashed = (files: readonly string[]) =>
    Promise.all(files.map(async (file) => [file, await hashOf(resolve(workspaceRoot, file))]));
  const { arch, output, libc, entry, compilerFlags, linkerFlags, strip } = settings;
  return recipeOf([
    'program',
    [arch, basename(settings.crossCompile), output, settings.static, libc, entry ?? null, strip],
    [compilerFlags, linkerFlags],
    await hashed(settings.sources),
    await hashed(headers),
    Object.entries(tools).sort(([a], [b]) => (a < b ? -1 : 1)),
    engineIdentity(),
  ]);
}

/** The compile step reports a missing file or a directory. */
async function hashOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? sha256File(path) : 'no file';
}
