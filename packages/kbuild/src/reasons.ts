import { join } from 'node:path';
import { readFile, writeFile } from 'fs-extra';
import { runProgram, UserError } from '@bringup/process';
import {
  checkRequests,
  configValues,
  evaluate,
  explainLoss,
  formatLoss,
  formatMerged,
  parseConfig,
  suggestFix,
  type ConfigRequest,
  type LostRequest,
} from '@bringup/kconfig';
import { readKconfigTree } from './kconfig-tree.js';
import { planMake, type MakeSetting } from './make.js';
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

/** Where a proposed configuration is resolved: beside the real one. */
const TRIAL = '.bringup-trial.config';

/**
 * The error for requests that did not stick: each with its reason, and the lines that would satisfy it where some were
 * found. Lines are only shown once the tree's own conf has confirmed them.
 */
export async function lostError(check: FailedCheck): Promise<UserError> {
  const { program, make, base, requests, lost, signal } = check;
  const tree = await readKconfigTree(program, make, signal);
  const merged = parseConfig(formatMerged(base, requests), '.config');
  const values = evaluate(
    tree,
    merged.map(({ symbol, value }) => [symbol, value] as const),
  );
  const lines: string[] = [];
  const reasons: unknown[] = [];
  for (const { request } of lost) {
    const loss = explainLoss(tree, values, request, requests);
    reasons.push(loss);
    lines.push(
      ...formatLoss(loss)
        .split('\n')
        .map((line) => `  ${line}`),
    );
    const fix = suggestFix(tree, values, request, requests);
    if (fix.kind === 'fix' && fix.lines.length > 0 && (await isConfirmed(check, request, fix.lines)))
      lines.push('    these lines satisfy it:', ...fix.lines.map((line) => `      ${line}`));
  }
  return new UserError(
    'REQUESTS_LOST',
    [
      `${lost.length === 1 ? 'a request' : `${lost.length} requests`} did not stick after ${program.resolve.goal}:`,
      ...lines,
      'Where a loss is fine, write a line "# optional: REASON" right above the request.',
    ].join('\n'),
    { lost, reasons },
  );
}

/** Resolves once more with the proposed lines: the request must stick, and nothing be lost that was not before. */
async function isConfirmed(
  check: FailedCheck,
  request: ConfigRequest,
  lines: readonly string[],
): Promise<boolean> {
  const { program, make, base, requests, lost, signal } = check;
  const proposed = parseConfig(lines.join('\n'), 'proposal');
  const replaced = new Set(proposed.map(({ symbol }) => symbol));
  const all = [...requests.filter(({ symbol }) => !replaced.has(symbol)), ...proposed];
  const trial = join(make.out, TRIAL);
  await writeFile(trial, formatMerged(base, all));
  const { argv, env } = planMake(make, [program.resolve.goal]);
  await runProgram([...argv, `KCONFIG_CONFIG=${trial}`], { env, input: program.resolve.input, signal });
  const resolved = configValues(parseConfig(await readFile(trial, 'utf8'), TRIAL));
  const before = new Set(lost.map((entry) => entry.request.symbol));
  const after = checkRequests(all, resolved).lost.map((entry) => entry.request.symbol);
  return !after.includes(request.symbol) && after.every((symbol) => before.has(symbol));
}
