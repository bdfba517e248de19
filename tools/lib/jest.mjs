/** Jest as a process of its own, whose results are read from its JSON report. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { unacceptedSkips } from './accepted-skips.mjs';
import { startGroup } from './group.mjs';
import { bin, root } from './setup.mjs';

/**
 * @typedef {{ file: string, name: string, status: string, seconds: number }} Test
 * @typedef {{ passed: number, failed: number, skipped: number, unaccepted: string[], seconds: number, tests: Test[] }} Outcome
 *   `unaccepted`: the skipped tests that nothing about this machine excuses
 */

/**
 * Runs Jest once.
 *
 * @param {string} title
 * @param {string[]} args
 * @param {{ prefix?: string, limitMs?: number, env?: Record<string, string>, onStart?: (pid: number) => void }} [options]
 *   `prefix` stands before each line of its progress, on stderr; after `limitMs` the run is ended and counts as failed
 * @returns {Promise<Outcome & { outOfTime: boolean }>}
 */
export async function runJest(title, args, { prefix = '', limitMs, env, onStart } = {}) {
  const started = Date.now();
  const scratch = mkdtempSync(join(tmpdir(), 'bringup-tests-'));
  const report = join(scratch, 'report.json');
  // A failed test may leave a loop or an open pipe, which must not keep the next step from running.
  const argv = bin('jest', '--ci', '--forceExit', '--json', `--outputFile=${report}`, ...args);
  const { child, ended, end } = startGroup(argv, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  onStart?.(child.pid);
  let outOfTime = false;
  const timer =
    limitMs &&
    setTimeout(() => {
      outOfTime = true;
      end();
    }, limitMs);
  for await (const line of createInterface({ input: child.stderr })) console.error(prefix + line);
  const status = await ended;
  clearTimeout(timer);
  const outcome = { ...readReport(report, title, status), seconds: (Date.now() - started) / 1000, outOfTime };
  rmSync(scratch, { recursive: true, force: true });
  return outcome;
}

/** @returns {Omit<Outcome, 'seconds'>} */
function readReport(report, title, status) {
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    console.error(`== ${title}: Jest left no report (exit code ${status})`);
    return { passed: 0, failed: 1, skipped: 0, unaccepted: [], tests: [] };
  }
  const broken = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return {
    passed: result.numPassedTests,
    failed: status !== 0 && broken === 0 ? 1 : broken,
    skipped: result.numPendingTests + result.numTodoTests,
    unaccepted: unacceptedSkips(result),
    tests: result.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ fullName, status: fate, duration }) => ({
        file: relative(root, name),
        name: fullName,
        status: fate,
        seconds: (duration ?? 0) / 1000,
      })),
    ),
  };
}
