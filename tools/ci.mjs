#!/usr/bin/env node
/**
 * `npm test`: everything CI runs, in order of how soon it tells: set-up, format, lint, types, schemas, unit, e2e.
 * The last line is the sum: N passed, N failed (, N skipped). Each step before Jest counts as one test.
 *
 *   node tools/ci.mjs            all of it
 *   node tools/ci.mjs quick      without e2e
 *   node tools/ci.mjs deep       what takes longer than CI may
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

function jest(title, args) {
  const started = Date.now();
  console.log(`\n== ${title}`);
  const report = join(scratch, `${title}.json`);
  const argv = bin('jest', '--ci', '--json', `--outputFile=${report}`, ...args);
  const { status } = spawnSync(argv[0], argv.slice(1), { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
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

await setUp(mode === 'deep' ? 'deep' : 'tests');
if (mode !== 'deep') {
  check('format', bin('prettier', '--check', '--log-level', 'warn', '.'));
  check('lint', bin('eslint', '--max-warnings', '0', '.'));
  check('types', bin('tsc', '--project', 'tsconfig.spec.json'));
  check('schemas', [process.execPath, 'tools/schemas.mjs', '--check']);
  jest('unit', []);
}
if (mode === 'all') jest('e2e', ['--config', 'packages/e2e/jest.config.js', '--runInBand']);
if (mode === 'deep') jest('deep', ['--config', 'packages/e2e/jest.deep.config.js', '--runInBand']);
rmSync(scratch, { recursive: true, force: true });

// A test that skips on a CI machine has not tested anything there.
const failed = counts.failed > 0 || (process.env.CI && counts.skipped > 0);
console.log(
  `\n${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
);
process.exit(failed ? 1 : 0);
