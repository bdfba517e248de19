/** Jest as a process of its own, whose results are read from its JSON report. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { unacceptedSkips } from './accepted-skips.mjs';
import { bin, root } from './setup.mjs';

/**
 * @typedef {{ file: string, name: string, status: string, seconds: number }} Test
 * @typedef {{ passed: number, failed: number, skipped: number, unaccepted: string[], seconds: number, tests: Test[] }} Outcome
 *   `unaccepted`: the skipped tests that nothing about this machine excuses
 */

/** How long the group of a run that was ended may take before it is killed. */
const GRACE_MS = 15_000;

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
  // A process group of its own, so that every program of a run can be ended with it.
  const child = spawn(argv[0], argv.slice(1), {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    detached: true,
  });
  let signalled;
  const forward = (signal) => {
    signalled = signal;
    endGroup(child.pid);
  };
  process.once('SIGINT', forward).once('SIGTERM', forward);
  onStart?.(child.pid);
  const ended = once(child, 'exit');
  let outOfTime = false;
  const timer =
    limitMs &&
    setTimeout(() => {
      outOfTime = true;
      endGroup(child.pid);
    }, limitMs);
  for await (const line of createInterface({ input: child.stderr })) console.error(prefix + line);
  const [status] = await ended;
  clearTimeout(timer);
  process.off('SIGINT', forward).off('SIGTERM', forward);
  // Whoever stops the tests does not want the next file.
  if (signalled !== undefined) process.exit(128 + constants.signals[signalled]);
  const outcome = { ...readReport(report, title, status), seconds: (Date.now() - started) / 1000, outOfTime };
  rmSync(scratch, { recursive: true, force: true });
  return outcome;
}

function endGroup(pid) {
  const signal = (name) => {
    try {
      process.kill(-pid, name);
    } catch {
      // The group has ended.
    }
  };
  signal('SIGTERM');
  setTimeout(() => signal('SIGKILL'), GRACE_MS).unref();
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
