import { dirname, join } from 'node:path';
import { readFile, writeFile } from 'fs-extra';
import { describeFullDevice } from '@bringup/process';
import {
  checkRequests,
  formatMerged,
  planMerge,
  resolvedValues,
  type ConfigRequest,
  type ConfigValues,
  type LostRequest,
  type Override,
} from '@bringup/kconfig';
import { resolveBase, runGoal, type BaseRequest, type ResolvedBase } from './base.js';
import { joinLeftOut, leftOutOf, type LeftOut, type RequestsByVersion } from './by-version.js';
import { readFragmentRequests, type FragmentReference } from './fragments.js';
import { whileSourceStays } from '../kept-output/index.js';
import { lostError } from './reasons.js';
import { checkPaths, checkSourceTree } from '../make/source-check.js';
import { nameUnmerged } from '../make/unmerged.js';

export interface ConfigureRequest extends BaseRequest {
  readonly fragments: readonly FragmentReference[];
  /** For messages: the project's name. */
  readonly label?: string;
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
  /** Requests for other versions than the tree's; undefined where no request is for some versions only. */
  readonly leftOut: LeftOut | undefined;
  /** The reason why the lines of a base file were not checked; see {@link ResolvedBase}. */
  readonly unchecked: string | undefined;
}

/**
 * Base, fragments in order, `olddefconfig`, then every request is compared with the result.
 *
 * @throws UserError `PATH_UNSUITABLE`, `NOT_A_SOURCE_TREE`, `FRAGMENT_MISSING`, `FRAGMENT_SYNTAX`, `UNKNOWN_BASE`, `REQUESTS_LOST`
 * @throws UserError `SOURCE_CHANGED`, `TREE_VERSION_UNKNOWN`
 * @throws ToolError `TOOL_FAILED`, `NO_SPACE`
 */
export async function configure(request: ConfigureRequest): Promise<Configuration> {
  const { program, make, fragments, label = program.title } = request;
  checkPaths(make);
  await checkSourceTree(make.source.path, program, make.arch);
  const read = await readFragmentRequests(fragments, program, make.arch, make.source.path);
  const resolve = () => resolveRequests(request, read);
  return whileSourceStays(make, `${label} was being configured`, resolve).catch(async (error: unknown) => {
    throw await describeFullDevice(await nameUnmerged(error, make.source), dirname(make.out));
  });
}

/** The base of a configuration for its own sake. @throws as {@link configure} */
export function readBase(request: BaseRequest & Pick<ConfigureRequest, 'label'>): Promise<ResolvedBase> {
  const { make, program, label = program.title } = request;
  return whileSourceStays(make, `${label} was being configured`, () => resolveBase(request));
}

async function resolveRequests(
  request: ConfigureRequest,
  divided: RequestsByVersion,
): Promise<Configuration> {
  const { program, make } = request;
  const { requests } = divided;
  const base = await resolveBase(request);
  const plan = planMerge(requests);
  const configFile = join(make.out, '.config');
  await writeFile(configFile, formatMerged(base.lines, plan.requests));
  await runGoal(request, program.resolve.goal, program.resolve.input);
  const text = await readFile(configFile, 'utf8');
  // Asked only of the winners: a request that a later fragment replaced was not lost but changed on purpose. Of a
  // base file's lines only those that it loses alone: what a fragment takes along follows from the fragment.
  const replaced = new Set(requests.map(({ symbol }) => symbol));
  const doomed = base.lost.map((entry) => entry.request).filter(({ symbol }) => !replaced.has(symbol));
  const resolved = resolvedValues(text);
  const { lost, accepted, needlessOptional } = checkRequests([...doomed, ...plan.requests], resolved);
  if (lost.length > 0) {
    const all = [...doomed, ...plan.requests];
    throw await lostError({ program, make, base: base.lines, requests: all, lost, signal: request.signal });
  }
  const { unchecked } = base;
  const known = request.base.kind === 'file' && unchecked === undefined;
  const displaced = known ? displacedLines(base, replaced, resolved) : [];
  const leftOut = joinLeftOut(base.leftOut, leftOutOf(divided));
  return { text, accepted, overrides: plan.overrides, needlessOptional, displaced, leftOut, unchecked };
}

function displacedLines(
  base: ResolvedBase,
  replaced: ReadonlySet<string>,
  resolved: ConfigValues,
): LostRequest[] {
  const alone = new Set(base.lost.map(({ request }) => request.symbol));
  const left = planMerge(base.lines).requests.filter(
    ({ symbol }) => !replaced.has(symbol) && !alone.has(symbol),
  );
  const { lost, accepted } = checkRequests(left, resolved);
  return [...lost, ...accepted];
}
