import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { copy, ensureDir, pathExists, readFile, remove, writeFile } from 'fs-extra';
import { describeFullDevice, runProgram, UserError } from '@bringup/process';
import {
  checkRequests,
  configValues,
  formatMerged,
  parseResolved,
  planMerge,
  type ConfigRequest,
  type ConfigValues,
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
  /** Lines of a base file that hold without the fragments, and come out otherwise because of them. */
  readonly displaced: readonly LostRequest[];
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
  const text = await resolve(request, formatMerged(base, plan.requests));
  // Asked only of the winners: a request that a later fragment replaced was not lost but changed on purpose.
  const resolved = configValues(parseResolved(text));
  const { lost, accepted, needlessOptional } = checkRequests(plan.requests, resolved);
  if (lost.length > 0) {
    throw await lostError({ program, make, base, requests: plan.requests, lost, signal: request.signal });
  }
  const displaced = request.base.kind === 'file' ? displacedBy(plan.requests, base, resolved) : [];
  return { text, accepted, overrides: plan.overrides, needlessOptional, displaced };
}

/** The tree's own resolution of a merged text, as it is in the output directory afterwards. */
async function resolve(request: BaseRequest, merged: string): Promise<string> {
  const { goal, input } = request.program.resolve;
  const configFile = join(request.make.out, '.config');
  await writeFile(configFile, merged);
  await runMake(request, goal, input);
  return readFile(configFile, 'utf8');
}

function displacedBy(
  requests: readonly ConfigRequest[],
  base: readonly ConfigRequest[],
  resolved: ConfigValues,
): LostRequest[] {
  const asked = new Set(requests.map(({ symbol }) => symbol));
  const left = planMerge(base).requests.filter(({ symbol }) => !asked.has(symbol));
  return [...checkRequests(left, resolved).lost];
}

type BaseRequest = Pick<ConfigureRequest, 'program' | 'make' | 'tools' | 'base' | 'signal' | 'onCommand'>;

/**
 * The base `.config`, made once and kept: it changes only with the source, the tools or the base's own file.
 * What a base file asks for is checked before it is kept.
 *
 * @throws UserError `UNKNOWN_BASE`, `FRAGMENT_SYNTAX`, `REQUESTS_LOST`
 */
export async function resolveBase(request: BaseRequest): Promise<ConfigRequest[]> {
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
      await checkBaseFile(request, parseResolved(text!, base.shown));
      await writeFile(baseFile, text!);
    }
    await writeFile(keyFile, key);
  }
  return parseResolved(await readFile(baseFile, 'utf8'), base.kind === 'file' ? base.shown : base.goal);
}

/**
 * A base file has to hold on its own: what this tree makes nothing of, such as symbols of another version, is lost
 * like a fragment's request. Beside fragments it need not hold in every line: they are there to change it.
 */
async function checkBaseFile(request: BaseRequest, lines: readonly ConfigRequest[]): Promise<void> {
  const { program, make, signal } = request;
  const { requests } = planMerge(lines);
  const resolved = configValues(parseResolved(await resolve(request, formatMerged([], requests))));
  const { lost } = checkRequests(requests, resolved);
  if (lost.length > 0) throw await lostError({ program, make, base: [], requests, lost, signal });
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

async function makeBase(request: BaseRequest, goal: string): Promise<void> {
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

async function runMake(request: BaseRequest, goal: string, input = ''): Promise<void> {
  const { argv, env } = planMake(request.make, [goal]);
  await runProgram(argv, {
    env,
    input,
    signal: request.signal,
    onCommand: request.onCommand,
    logFile: join(request.make.out, `.bringup-${goal}.log`),
  });
}
