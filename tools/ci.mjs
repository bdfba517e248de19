#!/usr/bin/env node
/**
 * `npm test`: everything CI runs, in order of how soon it tells: set-up, format, lint, types, schemas, unit, e2e.
 * The last line is the sum: N passed, N failed (, N skipped). Each step before Jest counts as one test.
 *
 *   node tools/ci.mjs            all of it
 *   node tools/ci.mjs quick      without e2e
 *   node tools/ci.mjs deep       what takes longer than CI may
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bin, root, setUp } from './lib/setup.mjs';

const mode = process.argv[2] ?? 'all';
const counts = { passed: 0, failed: 0, skipped: 0 };
const scratch = mkdtempSync(join(tmpdir(), 'bringup-ci-'));

function check(title, argv) {
  const started = Date.now();
  console.log(`\n== ${title}`);
  const { status } = spawnSync(argv[0], argv.slice(1), { cwd: root, stdio: 'inherit' });
  counts[status === 0 ? 'passed' : 'failed']++;
  console.log(
    `== ${title}: ${status === 0 ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - started) / 1000)} s`,
  );
}

/** @param args of Jest; its own progress goes to stderr, each line behind `prefix` */
async function jest(title, args, prefix = '') {
  const started = Date.now();
  console.log(`\n== ${title}`);
  const report = join(scratch, `${title}.json`);
  // What a failed test leaves behind (a loop, an open pipe) may not keep all that is after it from running.
  const argv = bin('jest', '--ci', '--forceExit', '--json', `--outputFile=${report}`, ...args);
  const child = spawn(argv[0], argv.slice(1), { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stderr })) console.error(prefix + line);
  const [status] = await ended;
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    counts.failed++;
    console.error(`== ${title}: Jest left no report (exit code ${status})`);
    return;
  }
  counts.passed += result.numPassedTests;
  counts.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  counts.skipped += result.numPendingTests + result.numTodoTests;
  if (status !== 0 && result.numFailedTests + result.numRuntimeErrorTestSuites === 0) counts.failed++;
  console.log(
    `== ${title}: ${result.numPassedTests} passed, ${result.numFailedTests} failed in ${Math.round((Date.now() - started) / 1000)} s`,
  );
}

/**
 * The tests through the real nx in two lanes at once: those that work in this repository, whose outputs and runs they
 * share, one after the other, and beside them those that make workspaces of their own.
 */
async function e2e() {
  const config = (name) => ['--config', `packages/e2e/jest.${name}.config.js`, '--runInBand'];
  await Promise.all([
    jest('e2e-demo', config('demo'), '[demo] '),
    jest('e2e-workspaces', config('workspaces'), '[workspaces] '),
  ]);
}

await setUp(mode === 'deep' ? 'deep' : 'tests');
if (mode !== 'deep') {
  check('format', bin('prettier', '--check', '--log-level', 'warn', '.'));
  check('lint', bin('eslint', '--max-warnings', '0', '.'));
  check('types', bin('tsc', '--project', 'tsconfig.spec.json'));
  check('schemas', [process.execPath, 'tools/schemas.mjs', '--check']);
  // Jest leaves one CPU idle by default: of two that is half of them.
  await jest('unit', ['--maxWorkers=100%']);
}
if (mode === 'all') await e2e();
if (mode === 'deep') await jest('deep', ['--config', 'packages/e2e/jest.deep.config.js', '--runInBand']);
rmSync(scratch, { recursive: true, force: true });

// A test that skips on a CI machine has not tested anything there.
const failed = counts.failed > 0 || (process.env.CI && counts.skipped > 0);
console.log(
  `\n${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
);
process.exit(failed ? 1 : 0);
