import { basename, join } from 'node:path';
import { pathExists, readFile } from 'fs-extra';
import { describeFullDevice, runProgram, ToolError, UserError, type RunOptions } from '@bringup/process';
import { buildLog, prepareOut, whileMakeRuns } from '../kept-output/index.js';
import { DEBUG_WORKSPACE_PREFIX, planMake, type MakeSetting } from '../make/make.js';
import { parseMakeLine } from '../make/progress.js';
import { findToolchainFiles } from '../program/toolchain-files.js';
import type { ToolVersions } from '../make/toolchain.js';
import { describeModuleFailure } from './failures.js';
import { checkModuleFiles } from './read-files.js';
import { stageFiles } from './stage.js';

export interface ModuleRequest {
  /** Its `out` is the kernel that `prepareKernel` made ready. */
  readonly make: MakeSetting;
  readonly tools: ToolVersions;
  /** The workspace root, absolute. */
  readonly directory: string;
  /** The module's directory, where its Kbuild or Makefile is, relative to it. */
  readonly root: string;
  /** All that the module is made from, relative to the workspace root. */
  readonly files: readonly string[];
  /** Where the files are copied to, and make writes; absolute. Kept between builds. */
  readonly staging: string;
  /** Names of module and kernel, for messages. */
  readonly project: string;
  readonly kernel: string;
  readonly signal?: AbortSignal;
  readonly onCommand?: (command: string) => void;
  readonly onNote?: (note: string) => void;
  /** A line of the compiler's or modpost's that did not fail: a warning. */
  readonly onWarning?: (line: string) => void;
}

interface BuiltModule {
  /** Artifact name → file: for each module `NAME.ko`, without debug information, and `NAME.ko.debug`, with it. */
  readonly artifacts: Record<string, string>;
  /** The files that make made; empty if everything was up to date. */
  readonly made: readonly string[];
}

/** Lines of make that are kept for its error. */
const KEPT_LINES = 4000;

/**
 * Builds a module out of the kernel's tree (`make M=`). Nothing is written beside its sources.
 *
 * @throws UserError `NO_KBUILD`, `NO_MODULES`, `MODULE_FILE_MISSING`, `COMPILE_FAILED`, `MODULE_UNRESOLVED`,
 *   `MODULE_REFUSED`, `FILE_NOT_LISTED`
 * @throws ToolError `TOOL_FAILED`, `NO_SPACE`
 */
export async function buildModule(request: ModuleRequest): Promise<BuiltModule> {
  checkKbuild(request);
  return makeModule(request).catch(async (error: unknown) => {
    throw await describeFullDevice(error, request.staging);
  });
}

function checkKbuild({ files, root, project }: ModuleRequest): void {
  const names = ['Kbuild', 'Makefile'].map((name) => join(root, name));
  if (names.some((name) => files.includes(name))) return;
  const message =
    `${project}: there is no ${names.join(' and no ')} among its sources, which says what modules are made. ` +
    `For a hello.c: obj-m := hello.o`;
  throw new UserError('NO_KBUILD', message, { root });
}

async function makeModule(request: ModuleRequest): Promise<BuiltModule> {
  const { make, tools, directory, files, staging, root } = request;
  await prepareOut({ make: { ...make, out: staging }, tools }, request.onNote);
  await stageFiles(directory, files, staging);
  const made = await runMake(request);
  const toolchain = await findToolchainFiles(make.llvm ? 'clang' : `${make.crossCompile}gcc`);
  await checkModuleFiles({ staging, out: make.out, source: make.source.path, toolchain });
  const modules = await builtModules(join(staging, root), request.project);
  const artifacts: Record<string, string> = {};
  for (const file of modules) {
    const name = basename(file);
    if (artifacts[name] !== undefined) {
      throw new UserError('NO_MODULES', `${request.project} makes two modules ${name}: rename one`, { name });
    }
    artifacts[`${name}.debug`] = file;
    artifacts[name] = `${file}.stripped`;
    const strip = make.llvm ? 'llvm-strip' : `${make.crossCompile}strip`;
    await runProgram([strip, '--strip-debug', '-o', artifacts[name], file], {
      signal: request.signal,
    });
  }
  return { artifacts, made };
}

/** @returns what make says it made */
async function runMake(request: ModuleRequest): Promise<string[]> {
  const { make, staging, root, project, kernel, signal, onCommand, onWarning } = request;
  const directory = join(staging, root);
  const { argv, env } = planMake(
    {
      ...make,
      flags: [
        // Both what __FILE__ gives and what debug information names: neither is to have this machine's paths.
        `-fmacro-prefix-map=${staging}/=`,
        `-fdebug-prefix-map=${staging}=${DEBUG_WORKSPACE_PREFIX}`,
      ],
    },
    [`M=${directory}`, 'modules'],
  );
  const said: string[] = [];
  const made: string[] = [];
  const options: RunOptions = { env, signal, onCommand, logFile: buildLog(staging) };
  try {
    const run = () =>
      runProgram(argv, {
        ...options,
        onLine: (line) => {
          const shown = line.replaceAll(`${staging}/`, '');
          const file = parseMakeLine(shown);
          if (file !== undefined) made.push(file);
          if (said.length < KEPT_LINES) said.push(shown);
        },
      });
    await whileMakeRuns({ source: make.source, out: staging }, project, run, async () => undefined);
  } catch (error) {
    throw describeModuleFailure(error, project, kernel, said);
  }
  for (const line of said.filter((text) => /warning:|^WARNING: /i.test(text))) onWarning?.(line);
  return made;
}

/** make's list of modules, whose names end in .ko, or from Linux 6.2 on in .o. */
async function builtModules(directory: string, project: string): Promise<string[]> {
  const order = await readFile(join(directory, 'modules.order'), 'utf8').catch(() => '');
  const files = order
    .split('\n')
    .filter(Boolean)
    .map((line) => line.replace(/\.k?o$/, '.ko'))
    .map((line) => (line.startsWith('/') ? line : join(directory, line)));
  if (files.length === 0) {
    const message = `${project}: its Kbuild (or Makefile) names no module. Write: obj-m := hello.o`;
    throw new UserError('NO_MODULES', message, { directory });
  }
  for (const file of files) {
    if (await pathExists(file)) continue;
    throw new ToolError('ARTIFACT_MISSING', `make succeeded but did not make ${file}`, { file });
  }
  return files;
}
