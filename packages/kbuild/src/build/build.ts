import { dirname, join } from 'node:path';
import { copyFile, pathExists, readFile, writeFile } from 'fs-extra';
import {
  noSpaceError,
  saysNoSpace,
  describeFullDevice,
  runProgram,
  sha256File,
  ToolError,
  workInHand,
  writeAside,
  type WorkInHand,
} from '@bringup/process';
import { parseResolved } from '@bringup/kconfig';
import type { ExtraArtifacts } from './dtbs.js';
import { buildLog, prepareOut, whileMakeRuns } from '../kept-output/index.js';
import { planMake, type MakeSetting } from '../make/make.js';
import { showProgress } from '../make/progress.js';
import { followMake } from './follow-make.js';
import { planObjects, recordObjects, type ObjectPlan } from './object-count.js';
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

interface PlannedBuild extends BuildRequest {
  readonly objects: ObjectPlan;
}

async function makeArtifacts(request: BuildRequest): Promise<Record<string, string>> {
  const { program, make, onNote } = request;
  await prepareOut(request, onNote);
  const symbols = parseResolved(request.config).filter(({ value }) => value === 'y' || value === 'm').length;
  const objects = await planObjects(make.out, symbols, program.objectsPerSymbol);
  await writeConfig(make.out, request.config);
  await placeFiles(make.out, request.files ?? {});
  return runGoals({ ...request, objects }, [...program.goals(make.arch), ...(request.extra?.goals ?? [])]);
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

async function runGoals(request: PlannedBuild, goals: readonly string[]): Promise<Record<string, string>> {
  const { make } = request;
  let isMade = false;
  const run = async () => {
    await countWhile(request, planMake(make, goals));
    isMade = true;
  };
  try {
    return await whileMakeRuns(make, request.label, run, () => collectArtifacts(request));
  } catch (error) {
    throw isMade ? error : await namedFailure(error, make.out);
  }
}

/** Runs make, and shows how far it is. */
async function countWhile(request: PlannedBuild, { argv, env }: ReturnType<typeof planMake>): Promise<void> {
  const { program, make, label, objects, signal, onCommand } = request;
  let pid: number | undefined;
  const progress = showProgress(label, 'objects', objects.total, {
    before: objects.before,
    waitsFor: () => (pid === undefined ? undefined : describeWork(workInHand(pid))),
  });
  const linksLast = !request.extra?.goals.length && !/^CONFIG_SPL=y$/m.test(request.config);
  const follower = followMake(progress, objects, program, linksLast);
  try {
    await runProgram(argv, {
      env,
      signal,
      onCommand,
      logFile: buildLog(make.out),
      onStart: (started) => (pid = started),
      onLine: follower.onLine,
    });
    progress.finish();
    await recordObjects(make.out, objects, follower.made());
  } finally {
    progress.stop();
  }
}

function describeWork(work: WorkInHand | undefined): string | undefined {
  return work && `${work.command} (pid ${work.pid})`;
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
