import { join, relative, resolve } from 'node:path';
import { ensureDir, realpath, remove } from 'fs-extra';
import { describeFullDevice, runProgram, UserError, type Argv, type RunOptions } from '@bringup/process';
import { fileProblem } from '../make/file-problem.js';
import { writeBuildId } from './build-id.js';
import { describeCompileFailure, describeLinkFailure, describeRustFailure } from './failures.js';
import { planProgram, type ProgramPlan } from './plan.js';
import { checkCompiled, checkLinked, type AllowedFiles } from './read-files.js';
import { planRust } from './rust-plan.js';
import { rustLibraryDirectory } from './rust.js';
import { isRust, type ProgramSettings } from './settings.js';
import { findToolchainFiles } from './toolchain-files.js';

interface ProgramRequest {
  readonly settings: ProgramSettings;
  /** The workspace root, absolute: paths of sources and flags are relative to it. */
  readonly directory: string;
  /** Files that sources may include, and the linker may read; relative to it, or absolute. */
  readonly headers: readonly string[];
  /** Where objects and the program are made, absolute, below it. Emptied first. */
  readonly out: string;
  readonly signal?: AbortSignal;
  readonly onCommand?: (command: string) => void;
  /** A line of the compiler's or linker's that did not fail: a warning. */
  readonly onWarning?: (line: string) => void;
}

/** Lines of a tool that are kept for its error. */
const KEPT_LINES = 2000;

/**
 * Compiles and links a program. The same sources and tools give the same bytes, in any directory and on any day.
 *
 * @returns artifact name → file: the program, and `OUTPUT.debug` with symbols and debug information alone, of the same build
 *   id, when the program is stripped
 * @throws UserError `PATH_UNSUITABLE`, `PROGRAM_FILE_MISSING`, `COMPILE_FAILED`, `LINK_FAILED`, `ENTRY_MISSING`, `FILE_NOT_LISTED`
 * @throws ToolError `TOOL_MISSING`, `TOOL_FAILED`, `NO_SPACE`
 */
export async function buildProgram(request: ProgramRequest): Promise<Record<string, string>> {
  const { settings, out } = request;
  await checkFiles(request);
  const place = relative(request.directory, out);
  // The compiler uses the real path of its directory, also for prefix maps.
  const directory = await realpath(request.directory);
  checkDirectory(directory);
  const plan = (isRust(settings) ? planRust : planProgram)(settings, directory, place);
  const allowed: AllowedFiles = {
    directory,
    out: place,
    listed: [...settings.sources, ...request.headers],
    toolchain: await findToolchainFiles(
      `${settings.crossCompile}gcc`,
      isRust(settings) ? await rustLibraryDirectory(settings.arch) : undefined,
    ),
  };
  await remove(out);
  await ensureDir(out);
  await runPlan(request, plan, allowed).catch(async (error: unknown) => {
    throw await describeFullDevice(error, out);
  });
  const { program, debug } = plan.strip ?? { program: plan.link.program, debug: undefined };
  const files = [program, ...(debug === undefined ? [] : [debug])].map((file) => join(directory, file));
  await writeBuildId(files as [string, ...string[]]);
  const names = [settings.output, `${settings.output}.debug`];
  return Object.fromEntries(files.map((file, index) => [names[index]!, file]));
}

/** @throws UserError `PATH_UNSUITABLE` for a directory that compilers cannot map to another name: they split OLD=NEW at the first = */
function checkDirectory(directory: string): void {
  if (!directory.includes('=')) return;
  const message = `the compiler cannot make ${JSON.stringify(directory)} independent of its place: the path has "=" in it. Move the workspace.`;
  throw new UserError('PATH_UNSUITABLE', message, { path: directory });
}

async function checkFiles({ settings, headers, directory }: ProgramRequest): Promise<void> {
  const named = { sources: settings.sources, headers };
  for (const [option, files] of Object.entries(named)) {
    for (const file of files) {
      const problem = await fileProblem(resolve(directory, file));
      if (problem === undefined) continue;
      const message = `${option}: ${file} ${problem}. Paths are relative to the workspace root; {projectRoot} is understood.`;
      throw new UserError('PROGRAM_FILE_MISSING', message, { option, file });
    }
  }
}

async function runPlan(request: ProgramRequest, plan: ProgramPlan, allowed: AllowedFiles): Promise<void> {
  for (const step of plan.compile) {
    await runTool(request, plan, step.argv, (error, said) =>
      describeCompileFailure(error, step.source, said),
    );
    await checkCompiled(step, allowed);
  }
  await runTool(request, plan, plan.link.argv, (error, said) =>
    plan.link.rust
      ? describeRustFailure(error, request.settings, said)
      : describeLinkFailure(error, request.settings, said),
  );
  await checkLinked(plan.link, allowed);
  for (const argv of plan.strip?.argvs ?? []) await runTool(request, plan, argv, (error) => error);
}

async function runTool(
  { directory, signal, onCommand, onWarning }: ProgramRequest,
  { env }: ProgramPlan,
  argv: Argv,
  describe: (error: unknown, said: readonly string[]) => unknown,
): Promise<void> {
  const said: string[] = [];
  const options: RunOptions = { cwd: directory, env, signal, onCommand };
  await runProgram(argv, {
    ...options,
    onLine: (line) => void (said.length < KEPT_LINES && said.push(line)),
  }).catch((error: unknown) => {
    throw describe(error, said);
  });
  for (const line of said) onWarning?.(line);
}
