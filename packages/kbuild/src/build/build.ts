import { dirname, join } from 'node:path';
import { copyFile, pathExists, readFile, readJson, writeFile, writeJson } from 'fs-extra';
import {
  noSpaceError,
  saysNoSpace,
  describeFullDevice,
  runProgram,
  sha256File,
  ToolError,
  writeAside,
} from '@bringup/process';
import { parseResolved } from '@bringup/kconfig';
import type { ExtraArtifacts } from './dtbs.js';
import { buildLog, prepareOut, whileMakeRuns } from '../kept-output/index.js';
import { planMake, type MakeSetting } from '../make/make.js';
import { parseMakeLine, showProgress } from '../make/progress.js';
import type { KconfigProgram } from '../programs/programs.js';
import { checkPaths, checkSourceTree } from '../make/source-check.js';
import type { ToolVersions } from '../make/toolchain.js';
import { nameUnmerged } from '../make/unmerged.js';

export interface BuildRequest {
  readonly program: KconfigProgram;
  /** Its `out` is kept between builds: make does only what a change needs. */
  readonly make: MakeSetting;
  readonly tools: ToolVersions;
  /** The final `.config`. */
  readonly config: string;
  /** For progress and messages: the project's name. */
  readonly label: string;
  /** Artifacts beyond the ones that every build of the program makes. */
  readonly extra?: ExtraArtifacts;
  /** Files that the `.config` names: name in the output directory → file. */
  readonly files?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onCommand?: (command: string) => void;
  readonly onNote?: (note: string) => void;
  /** Turns what make left into the artifacts, for example packs some of it. */
  readonly collect?: (made: Record<string, string>) => Promise<Record<string, string>>;
}

/**
 * Configures nothing, builds everything: writes the `.config`, runs make, returns where the artifacts are.
 *
 * @returns artifact name → file in the output directory, or what `collect` made of that
 * @throws ToolError `TOOL_FAILED` with make's last lines, `CONFIG_DRIFT`, `ARTIFACT_MISSING`, `NO_SPACE`
 */
export async function build(request: BuildRequest): Promise<Record<string, string>> {
  const { program, make } = request;
  checkPaths(make);
  await checkSourceTree(make.source.path, program, make.arch);
  return makeArtifacts(request).catch(async (error: unknown) => {
    throw await describeFullDevice(await nameUnmerged(error, make.source), dirname(make.out));
  });
}

async function makeArtifacts(request: BuildRequest): Promise<Record<string, string>> {
  const { program, make, onNote } = request;
  await prepareOut(request, onNote);
  await writeConfig(make.out, request.config);
  await placeFiles(make.out, request.files ?? {});
  return runGoals(request, [...program.goals(make.arch), ...(request.extra?.goals ?? [])]);
}

async function collectArtifacts(request: BuildRequest): Promise<Record<string, string>> {
  const { program, make, extra, collect = async (made) => made } = request;
  await checkDrift(request);
  const artifacts: Record<string, string> = {};
  for (const [name, path] of Object.entries({ ...program.artifacts(make.arch), ...extra?.artifacts })) {
    artifacts[name] = join(make.out, path);
    if (!(await pathExists(artifacts[name]!))) {
      throw new ToolError('ARTIFACT_MISSING', `make succeeded but did not make ${path} in ${make.out}`, {
        name,
        path,
      });
    }
  }
  return collect(artifacts);
}

/** Leaves the file alone when it is the same: its time would make `syncconfig` and more run again. */
async function writeConfig(out: string, config: string): Promise<void> {
  const path = join(out, '.config');
  const present = await readFile(path, 'utf8').catch(() => undefined);
  if (present !== config) await writeFile(path, config);
}

/** Leaves a file of the same content alone: make goes by its time. */
async function placeFiles(out: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, file] of Object.entries(files)) {
    const path = join(out, name);
    const same = (await pathExists(path)) && (await sha256File(path)) === (await sha256File(file));
    if (!same) await writeAside(path, (aside) => copyFile(file, aside));
  }
}

async function runGoals(request: BuildRequest, goals: readonly string[]): Promise<Record<string, string>> {
  const { make, label, program, config, signal, onCommand } = request;
  const { argv, env } = planMake(make, goals);
  const objectsFile = `${make.out}.objects.json`;
  const last = (await readJson(objectsFile).catch(() => undefined)) as number | undefined;
  const guess = parseResolved(config).filter(({ value }) => value === 'y').length * program.objectsPerSymbol;
  const progress = showProgress(label, 'objects', last ?? Math.round(guess));
  let [made, isMade] = [0, false];
  const run = async () => {
    const running = runProgram(argv, {
      env,
      signal,
      onCommand,
      logFile: buildLog(make.out),
      onLine: (line, stream) => {
        const file = stream === 'stdout' ? parseMakeLine(line) : undefined;
        if (file) progress.update(++made, file);
      },
    });
    await running.finally(() => progress.stop());
    isMade = true;
    // A build that had little to do says nothing about the length of a whole one. The number is a guess for the next one.
    if (made > (last ?? 0)) await writeJson(objectsFile, made).catch(() => undefined);
  };
  try {
    return await whileMakeRuns(make, label, run, () => collectArtifacts(request));
  } catch (error) {
    throw isMade ? error : await namedFailure(error, make.out);
  } finally {
    progress.stop();
  }
}

/** The compiler says so, but what it had in hand was removed, and may have been large: there is space again. */
async function namedFailure(error: unknown, out: string): Promise<unknown> {
  const log = await readFile(buildLog(out), 'utf8').catch(() => '');
  return saysNoSpace(log) ? noSpaceError(out, error) : error;
}

/** make runs `syncconfig` by itself: it must have found nothing to change, or the artifacts are not of this `.config`. */
async function checkDrift({ make, config, label }: BuildRequest): Promise<void> {
  const after = await readFile(join(make.out, '.config'), 'utf8');
  if (after === config) return;
  const before = new Set(config.split('\n'));
  const changed = after.split('\n').filter((line) => !before.has(line));
  throw new ToolError(
    'CONFIG_DRIFT',
    `make changed the .config while building, which means that it was made with other tools than these: ` +
      `${changed.slice(0, 5).join(', ')}. Discard what Nx keeps, and build again: npx nx reset && npx nx run ${label}:build`,
    { changed },
  );
}
