import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { copy, ensureDir, pathExists, readFile, remove, writeFile } from 'fs-extra';
import { describeFullDevice, runProgram, UserError } from '@bringup/process';
import {
  checkRequests,
  configValues,
  formatMerged,
  parseConfig,
  planMerge,
  type ConfigRequest,
  type LostRequest,
  type Override,
} from '@bringup/kconfig';
import { readFragments, type FragmentReference } from './fragments.js';
import { planMake, type MakeSetting } from './make.js';
import type { KconfigProgram } from './programs.js';
import { lostError } from './reasons.js';
import { checkPaths, checkSourceTree } from './source-check.js';
import type { ToolVersions } from './toolchain.js';

/** What a configuration starts from: a goal of the tree's Makefile (`defconfig`, `tinyconfig`), or a whole `.config`. */
export type BaseConfig =
  | { readonly kind: 'goal'; readonly goal: string }
  | { readonly kind: 'file'; readonly path: string; readonly shown: string };

export interface ConfigureRequest {
  readonly program: KconfigProgram;
  /** Its `out` is this step's own output directory, kept between runs. */
  readonly make: MakeSetting;
  readonly tools: ToolVersions;
  readonly base: BaseConfig;
  readonly fragments: readonly FragmentReference[];
  readonly signal?: AbortSignal;
  readonly onCommand?: (command: string) => void;
}

export interface Configuration {
  /** The final `.config`. */
  readonly text: string;
  /** Requests that did not stick, with the user's consent. */
  readonly accepted: readonly LostRequest[];
  readonly overrides: readonly Override[];
  /** Requests below an `# optional:` that they do not need. */
  readonly needlessOptional: readonly ConfigRequest[];
}

/**
 * Base, fragments in order, `olddefconfig`, then every request is compared with the result.
 *
 * @throws UserError `PATH_UNSUITABLE`, `NOT_A_SOURCE_TREE`, `FRAGMENT_MISSING`, `FRAGMENT_SYNTAX`, `UNKNOWN_BASE`, `REQUESTS_LOST`
 * @throws ToolError `TOOL_FAILED`, `NO_SPACE`
 */
export async function configure(request: ConfigureRequest): Promise<Configuration> {
  const { program, make, fragments } = request;
  checkPaths(make);
  await checkSourceTree(make.source.path, program, make.arch);
  const requests = await readFragments(fragments, program, make.arch, make.source.path);
  return resolveRequests(request, requests).catch(async (error: unknown) => {
    throw await describeFullDevice(error, dirname(make.out));
  });
}

async function resolveRequests(
  request: ConfigureRequest,
  requests: readonly ConfigRequest[],
): Promise<Configuration> {
  const { program, make } = request;
  const base = await resolveBase(request);
  const plan = planMerge(requests);
  const configFile = join(make.out, '.config');
  await writeFile(configFile, formatMerged(base, plan.requests));
  await runMake(request, program.resolve.goal, program.resolve.input);
  const text = await readFile(configFile, 'utf8');
  // Asked only of the winners: a request that a later fragment replaced was not lost but changed on purpose.
  const resolved = configValues(parseConfig(text, '.config', { anyValue: true }));
  const { lost, accepted, needlessOptional } = checkRequests(plan.requests, resolved);
  if (lost.length > 0) {
    throw await lostError({ program, make, base, requests: plan.requests, lost, signal: request.signal });
  }
  return { text, accepted, overrides: plan.overrides, needlessOptional };
}

/** The base `.config`, made once and kept: it changes only with the source, the tools or the base's own file. */
export async function resolveBase(
  request: Pick<ConfigureRequest, 'program' | 'make' | 'tools' | 'base' | 'signal' | 'onCommand'>,
): Promise<ConfigRequest[]> {
  const { make, base, program } = request;
  const baseFile = join(make.out, '.bringup-base.config');
  const keyFile = join(make.out, '.bringup-base.key');
  const text = base.kind === 'file' ? await readBaseFile(base) : undefined;
  const key = createHash('sha256')
    .update(
      JSON.stringify([
        program.name,
        make.arch,
        make.crossCompile,
        make.source.path,
        make.source.identity,
        request.tools,
        base,
        text,
      ]),
    )
    .digest('hex');
  const known = await readFile(keyFile, 'utf8').catch(() => undefined);
  if (known !== key) {
    await remove(make.out);
    await ensureDir(make.out);
    if (base.kind === 'goal') {
      await makeBase(request, base.goal);
      await copy(join(make.out, '.config'), baseFile);
    } else {
      await writeFile(baseFile, text!);
    }
    await writeFile(keyFile, key);
  }
  const shown = base.kind === 'file' ? base.shown : base.goal;
  // conf itself writes a hex symbol without a default as "CONFIG_TEXT_BASE=" (U-Boot).
  return parseConfig(await readFile(baseFile, 'utf8'), shown, { anyValue: base.kind === 'goal' });
}

async function readBaseFile(base: Extract<BaseConfig, { kind: 'file' }>): Promise<string> {
  return readFile(base.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      'UNKNOWN_BASE',
      `base configuration ${base.shown} cannot be read (${error.code})`,
      { base },
      error,
    );
  });
}

async function makeBase(request: Parameters<typeof resolveBase>[0], goal: string): Promise<void> {
  const { make, program } = request;
  const named = /_defconfig$/.test(goal);
  const directories = program.treeFragments(make.arch);
  if (
    named &&
    !(await Promise.all(directories.map((d) => pathExists(join(make.source.path, d, goal))))).some(Boolean)
  ) {
    throw new UserError(
      'UNKNOWN_BASE',
      `the ${program.title} source has no ${goal} in ${directories.join(' or ')}`,
      { goal },
    );
  }
  await runMake(request, goal);
}

async function runMake(request: Parameters<typeof resolveBase>[0], goal: string, input = ''): Promise<void> {
  const { argv, env } = planMake(request.make, [goal]);
  await runProgram(argv, {
    env,
    input,
    signal: request.signal,
    onCommand: request.onCommand,
    logFile: join(request.make.out, `.bringup-${goal}.log`),
  });
}
