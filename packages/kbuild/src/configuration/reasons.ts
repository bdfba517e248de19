import { join } from 'node:path';
import { readFile, writeFile } from 'fs-extra';
import { UserError } from '@bringup/process';
import {
  checkRequests,
  configValues,
  describeLost,
  evaluate,
  explainLoss,
  formatLoss,
  formatMerged,
  parseConfig,
  parseResolved,
  planMerge,
  suggestFix,
  type ConfigRequest,
  type KconfigTree,
  type LostRequest,
} from '@bringup/kconfig';
import { isUnreadable, readKconfigTree } from './kconfig-tree.js';
import { resolveAside } from './resolve.js';
import type { MakeSetting } from '../make/make.js';
import type { KconfigProgram } from '../programs/programs.js';

/** A configuration in which requests were lost, with what is needed to find out why. */
interface FailedCheck {
  readonly program: KconfigProgram;
  readonly make: MakeSetting;
  readonly base: readonly ConfigRequest[];
  /** The winning requests, all of them. */
  readonly requests: readonly ConfigRequest[];
  readonly lost: readonly LostRequest[];
  readonly signal?: AbortSignal;
}

/** Lines that make a lost request stick, confirmed by the tree's own conf, or why there are none. */
type ProposedFix = { readonly symbol: string; readonly wanted: string } & (
  | { readonly lines: readonly string[] }
  | { readonly none: string }
);

/** Lines are looked for this many requests: a base of another kernel's version can lose hundreds, for want of the same few. */
const MAX_FIXES = 100;
const TOO_MANY = {
  kind: 'none',
  reason: `lines that would satisfy it are looked for the first ${MAX_FIXES} lost requests only`,
} as const;

/** Where a proposed configuration is resolved: beside the real one. */
const TRIAL = '.bringup-trial.config';

/**
 * The error for requests that did not stick: each with its reason, and the lines that would satisfy it where some were
 * found. Lines are only shown once the tree's own conf has confirmed them. Without reasons, where Bringup cannot read the
 * tree's Kconfig.
 */
export async function lostError(check: FailedCheck): Promise<UserError> {
  const { program, make, signal } = check;
  try {
    return await explainedError(check, await readKconfigTree(program, make, signal));
  } catch (error) {
    if (isUnreadable(error)) return unexplainedError(check, error);
    throw error;
  }
}

function lossMessage(
  { program, lost }: FailedCheck,
  lines: readonly string[],
  remark: readonly string[],
): string {
  return [
    `${lost.length === 1 ? 'a request' : `${lost.length} requests`} did not stick after ${program.resolve.goal}:`,
    ...lines.map((line) => `  ${line}`),
    ...remark,
    'Where a loss is fine, write a line "# optional: REASON" right above the request.',
  ].join('\n');
}

function unexplainedError(check: FailedCheck, unreadable: UserError): UserError {
  const { reason } = unreadable.fields as { reason: string };
  const remark = `No reasons are given, because Bringup cannot read the Kconfig of this tree (${reason}). Please report that.`;
  return new UserError(
    'REQUESTS_LOST',
    lossMessage(check, check.lost.map(describeLost), [remark]),
    { lost: check.lost, reasons: [], fixes: [], unreadable: reason },
    unreadable,
  );
}

async function explainedError(check: FailedCheck, tree: KconfigTree): Promise<UserError> {
  const { program, base, requests, lost } = check;
  const merged = parseResolved(formatMerged(base, requests));
  const values = evaluate(
    tree,
    merged.map(({ symbol, value }) => [symbol, value] as const),
  );
  const proposals = lost.map(({ request, got }, index) => {
    const loss = explainLoss(tree, values, request, requests);
    return {
      request,
      fix: index < MAX_FIXES ? suggestFix(tree, values, request, requests) : TOO_MANY,
      // conf is always right: where the reader comes to another value, its reasons are not those of conf.
      loss: loss.got === got ? loss : { request, got, reasons: [{ kind: 'unclear' }] as const },
    };
  });
  const confirmed = await confirm(
    check,
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
  const reasons = proposals.map(({ loss }) => loss);
  return new UserError('REQUESTS_LOST', lossMessage(check, lines, []), { lost, reasons, fixes });
}

function formatFix(fix: ProposedFix): string[] {
  if ('none' in fix) return [`  ${fix.none}`];
  return ['  these lines satisfy it:', ...fix.lines.map((line) => `    ${line}`)];
}

interface Proposal {
  readonly request: ConfigRequest;
  readonly lines: readonly string[];
}

/** A trial takes some 0.2 s for a kernel. */
const MAX_TRIALS = 15;

/**
 * The symbols whose proposals hold. They are tried all at once, and in halves if that fails. The reader has already
 * evaluated each of them, so the first trial usually is the last.
 */
async function confirm(check: FailedCheck, proposals: readonly Proposal[]): Promise<ReadonlySet<string>> {
  const confirmed = new Set<string>();
  const queue = [proposals];
  for (let trials = 0; trials < MAX_TRIALS; trials++) {
    const group = queue.shift();
    if (!group) break;
    if (group.length === 0) continue;
    if (await holds(check, group)) {
      for (const { request } of group) confirmed.add(request.symbol);
    } else if (group.length > 1) {
      const half = Math.ceil(group.length / 2);
      queue.push(group.slice(0, half), group.slice(half));
    }
  }
  return confirmed;
}

/** Resolves once more with the proposed lines: the requests must stick, and nothing be lost that was not before. */
async function holds(check: FailedCheck, proposals: readonly Proposal[]): Promise<boolean> {
  const { program, make, base, requests, lost, signal } = check;
  const added = proposals.flatMap(({ lines }) => parseConfig(lines.join('\n'), 'proposal'));
  const plan = planMerge([...requests, ...added]);
  const trial = join(make.out, TRIAL);
  await writeFile(trial, formatMerged(base, plan.requests));
  await resolveAside(program, make, trial, signal);
  const resolved = configValues(parseResolved(await readFile(trial, 'utf8')));
  const wanted = new Set(proposals.map(({ request }) => request.symbol));
  const before = new Set(lost.map((entry) => entry.request.symbol));
  const after = checkRequests([...requests, ...added], resolved).lost.map(({ request }) => request.symbol);
  return after.every((symbol) => before.has(symbol) && !wanted.has(symbol));
}
