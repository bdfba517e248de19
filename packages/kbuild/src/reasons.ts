import { join } from 'node:path';
import { readFile, writeFile } from 'fs-extra';
import { UserError } from '@bringup/process';
import {
  checkRequests,
  evaluate,
  explainLoss,
  formatLoss,
  formatMerged,
  parseConfig,
  parseResolved,
  resolvedValues,
  planMerge,
  suggestFix,
  type ConfigRequest,
  type ConfigValues,
  type KconfigTree,
  type LostRequest,
} from '@bringup/kconfig';
import { readKconfigTree, resolveInPlace } from './kconfig-tree.js';
import type { MakeSetting } from './make.js';
import type { KconfigProgram } from './programs.js';

/** A configuration in which requests were lost, with what is needed to find out why. */
export interface FailedCheck {
  readonly program: KconfigProgram;
  readonly make: MakeSetting;
  readonly base: readonly ConfigRequest[];
  /** The winning requests, all of them. */
  readonly requests: readonly ConfigRequest[];
  readonly lost: readonly LostRequest[];
  readonly signal?: AbortSignal;
}

/** Lines that make a lost request stick, confirmed by the tree's own conf, or why there are none. */
export type ProposedFix = { readonly symbol: string; readonly wanted: string } & (
  | { readonly lines: readonly string[] }
  | { readonly none: string }
);

/**
 * The error for requests that did not stick: each with its reason, and the lines that would satisfy it where some were
 * found. Lines are only shown once the tree's own conf has confirmed them.
 */
export async function lostError(check: FailedCheck): Promise<UserError> {
  const { program, make, base, requests, lost, signal } = check;
  const tree = await readKconfigTree(program, make, signal);
  const merged = parseResolved(formatMerged(base, requests));
  const values = evaluate(
    tree,
    merged.map(({ symbol, value }) => [symbol, value] as const),
  );
  const proposals = lost.map(({ request }) => ({
    request,
    fix: suggestFix(tree, values, request, requests),
    loss: explainLoss(tree, values, request, requests),
  }));
  const confirmed = await confirm(
    check,
    tree,
    proposals.flatMap(({ request, fix }) => (fix.kind === 'fix' ? [{ request, lines: fix.lines }] : [])),
  );
  const fixes: ProposedFix[] = proposals.map(({ request: { symbol, value: wanted }, fix }) => {
    if (fix.kind === 'none') return { symbol, wanted, none: fix.reason };
    return confirmed.has(symbol)
      ? { symbol, wanted, lines: fix.lines }
      : { symbol, wanted, none: `no lines found that ${program.resolve.goal} confirms` };
  });
  const lines = proposals.flatMap(({ loss }, index) => [
    ...formatLoss(loss).split('\n'),
    ...formatFix(fixes[index]!),
  ]);
  return new UserError(
    'REQUESTS_LOST',
    [
      `${lost.length === 1 ? 'a request' : `${lost.length} requests`} did not stick after ${program.resolve.goal}:`,
      ...lines.map((line) => `  ${line}`),
      'Where a loss is fine, write a line "# optional: REASON" right above the request.',
    ].join('\n'),
    { lost, reasons: proposals.map(({ loss }) => loss), fixes },
  );
}

function formatFix(fix: ProposedFix): string[] {
  if ('none' in fix) return [`  ${fix.none}`];
  return ['  these lines satisfy it:', ...fix.lines.map((line) => `    ${line}`)];
}

interface Proposal {
  readonly request: ConfigRequest;
  readonly lines: readonly string[];
}

/** A trial takes about as long as the configuration itself; as many run at a time as are worth waiting for. */
const MAX_TRIALS = 4;
const PARALLEL_TRIALS = 2;

/**
 * The symbols whose proposals hold, as the tree's own conf says. Proposals are tried together as far as they go together,
 * which the reader finds out in no time: mostly it comes to one trial.
 */
async function confirm(
  check: FailedCheck,
  tree: KconfigTree,
  proposals: readonly Proposal[],
): Promise<ReadonlySet<string>> {
  const groups = compatibleGroups(check, tree, proposals).slice(0, MAX_TRIALS);
  const confirmed = new Set<string>();
  for (let first = 0; first < groups.length; first += PARALLEL_TRIALS) {
    const trials = groups.slice(first, first + PARALLEL_TRIALS).map(async (group, index) => {
      const resolved = await resolveWithConf(check, group, `.bringup-trial-${index}.config`);
      return holding(check, group, resolved);
    });
    for (const { request } of (await Promise.all(trials)).flat()) confirmed.add(request.symbol);
  }
  return confirmed;
}

/** Groups of proposals that all hold when tried together, as far as the reader can tell; the larger ones first. */
function compatibleGroups(
  check: FailedCheck,
  tree: KconfigTree,
  proposals: readonly Proposal[],
): (readonly Proposal[])[] {
  if (proposals.length === 0) return [];
  const lines = parseResolved(mergedWith(check, proposals));
  const { values } = evaluate(
    tree,
    lines.map(({ symbol, value }) => [symbol, value] as const),
  );
  const holds = holding(check, proposals, values);
  if (holds.length === proposals.length) return [proposals];
  // One that does not hold alone is left to conf, which has the last word.
  if (proposals.length === 1) return [proposals];
  const half = Math.ceil(proposals.length / 2);
  const parts =
    holds.length > 0
      ? [holds, proposals.filter((proposal) => !holds.includes(proposal))]
      : [proposals.slice(0, half), proposals.slice(half)];
  return parts
    .flatMap((part) => compatibleGroups(check, tree, part))
    .sort((one, other) => other.length - one.length);
}

/** Resolves once more, with the proposed lines. */
async function resolveWithConf(
  check: FailedCheck,
  proposals: readonly Proposal[],
  name: string,
): Promise<ConfigValues> {
  const { program, make, signal } = check;
  const trial = join(make.out, name);
  await writeFile(trial, mergedWith(check, proposals));
  await resolveInPlace(program, make, trial, signal);
  return resolvedValues(await readFile(trial, 'utf8'));
}

function mergedWith({ base, requests }: FailedCheck, proposals: readonly Proposal[]): string {
  return formatMerged(base, planMerge([...requests, ...linesOf(proposals)]).requests);
}

/** Those whose request has stuck; none when something was lost that was not before. */
function holding(
  { requests, lost }: FailedCheck,
  proposals: readonly Proposal[],
  resolved: ConfigValues,
): readonly Proposal[] {
  const before = new Set(lost.map((entry) => entry.request.symbol));
  const after = new Set(
    checkRequests([...requests, ...linesOf(proposals)], resolved).lost.map(({ request }) => request.symbol),
  );
  if ([...after].some((symbol) => !before.has(symbol))) return [];
  return proposals.filter(({ request }) => !after.has(request.symbol));
}

function linesOf(proposals: readonly Proposal[]): ConfigRequest[] {
  return proposals.flatMap(({ lines }) => parseConfig(lines.join('\n'), 'proposal'));
}
