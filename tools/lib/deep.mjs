/** `npm run test:deep`: suites that take longer than CI may. Each has at most an hour, and continues where it was killed. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deepSuites } from './e2e-files.mjs';
import { runJest } from './jest.mjs';
import { contentOfCheckout, readState, writeState } from './test-state.mjs';

const LIMIT_MINUTES = 60;

const HELP = `npm run test:deep -- [SUITE...] [--list] [--fresh]

  SUITE    these alone; without one, all of them, one after the other
  --list   every suite with its last result on this machine, and runs nothing
  --fresh  also run the tests that have passed for these files

Each suite has ${LIMIT_MINUTES} minutes. A test that has passed is not run again until a file of the checkout changes, so a suite
that was killed, or ran out of its time, continues where it stopped.
`;

const stateOf = (suite) => readState(`deep/${suite}.json`) ?? {};

/** @returns {{ suites: { name: string, path: string }[], list: boolean, fresh: boolean, help: boolean }} */
function readArguments(argv) {
  const flag = { type: 'boolean', default: false };
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { list: flag, fresh: flag, help: flag },
  });
  const all = deepSuites();
  const unknown = positionals.filter((wanted) => !all.some(({ name }) => name === wanted));
  if (unknown.length > 0) {
    const names = all.map(({ name }) => name).join(', ');
    throw new Error(`There is no deep suite ${unknown.join(', ')}. The suites are ${names}.`);
  }
  const suites = positionals.length === 0 ? all : all.filter(({ name }) => positionals.includes(name));
  return { suites, ...values };
}

function describeLast({ last }) {
  if (last === undefined) return 'never run';
  const counts = `${last.passed} passed, ${last.failed} failed${last.skipped ? `, ${last.skipped} skipped` : ''}`;
  return `${last.result.padEnd(10)} ${last.date.slice(0, 16).replace('T', ' ')}  ${String(Math.round(last.seconds / 60)).padStart(3)} min  ${counts}`;
}

function list(suites) {
  const width = Math.max(...suites.map(({ name }) => name.length));
  for (const { name } of suites) console.log(`${name.padEnd(width)}  ${describeLast(stateOf(name))}`);
}

const quote = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The tests that passed-reporter.cjs recorded before the run ended, however it ended. */
function readPassed(file) {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

async function runSuite({ name, path }, content, fresh) {
  const before = stateOf(name);
  const passedBefore = before.content === content && !fresh ? (before.passed ?? []) : [];
  const scratch = mkdtempSync(join(tmpdir(), 'bringup-deep-'));
  const log = join(scratch, 'passed');
  const keep = (more = {}) =>
    writeState(`deep/${name}.json`, {
      ...before,
      content,
      passed: [...new Set([...passedBefore, ...readPassed(log)])],
      ...more,
    });
  // This process may be killed as well, so passed tests are recorded while the suite runs.
  const timer = setInterval(keep, 5000);
  const again = passedBefore.length > 0;
  console.log(
    `\n== ${name}${again ? `: ${passedBefore.length} tests have passed for these files already` : ''}`,
  );
  const outcome = await runJest(
    name,
    [
      ...['--config', 'packages/e2e/jest.deep.config.js', '--runInBand', '--runTestsByPath', path],
      ...['--reporters=default', '--reporters=<rootDir>/../../tools/lib/passed-reporter.cjs'],
      ...(again ? [`--testNamePattern=^(?!(?:${passedBefore.map(quote).join('|')})$)`] : []),
    ],
    { prefix: `[${name}] `, limitMs: LIMIT_MINUTES * 60_000, env: { BRINGUP_PASSED_LOG: log } },
  );
  clearInterval(timer);
  // The pattern skips the tests that passed before. They count as passed.
  const counts = {
    passed: outcome.passed + passedBefore.length,
    failed: outcome.failed,
    skipped: Math.max(0, outcome.skipped - passedBefore.length),
  };
  const result = outcome.outOfTime ? 'unfinished' : counts.failed > 0 ? 'failed' : 'passed';
  const last = { result, date: new Date().toISOString(), seconds: outcome.seconds, ...counts };
  keep({ last });
  rmSync(scratch, { recursive: true, force: true });
  if (outcome.outOfTime)
    console.log(`== ${name}: ran out of its ${LIMIT_MINUTES} minutes; the same command continues it`);
  console.log(`== ${name}: ${describeLast({ last })}`);
  return { ...counts, failed: outcome.outOfTime ? Math.max(1, counts.failed) : counts.failed };
}

/**
 * @param {string[]} argv
 * @param {() => Promise<void>} setUp called before the first suite
 * @returns {Promise<{ passed: number, failed: number, skipped: number } | undefined>} undefined when no suite was to run
 */
export async function deep(argv, setUp) {
  const { suites, list: onlyList, fresh, help } = readArguments(argv);
  if (help) console.log(HELP);
  else if (onlyList) list(suites);
  if (help || onlyList) return undefined;
  await setUp();
  const content = contentOfCheckout();
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const suite of suites) {
    const counts = await runSuite(suite, content, fresh);
    for (const key of Object.keys(sum)) sum[key] += counts[key];
  }
  console.log('');
  list(suites);
  return sum;
}
