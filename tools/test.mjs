#!/usr/bin/env node
/**
 * `npm test`: everything CI runs, in order of how soon it tells: set-up, format, lint, types, schemas, unit, e2e.
 * The last line is the sum: N passed, N failed (, N skipped). Each step without Jest counts as one test.
 *
 *   node tools/test.mjs            all of it
 *   node tools/test.mjs quick      without e2e, and without the unit tests that take longest (*.slow.spec.ts)
 *   node tools/test.mjs times      where the time of the last full run went
 *   node tools/test.mjs deep …     suites that take longer than CI may; `--help` has its arguments
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import chooseCaches from '../packages/e2e/src/choose-caches.cjs';
import { deep } from './lib/deep.mjs';
import { e2eEntries, KERNELS } from './lib/e2e-files.mjs';
import { startGroup } from './lib/group.mjs';
import { runJest } from './lib/jest.mjs';
import { runInLanes } from './lib/lanes.mjs';
import { watchProcess } from './lib/process-kinds.mjs';
import { bin, root, setUp } from './lib/setup.mjs';
import { formatTimes, lastSeconds, recordTimes } from './lib/times.mjs';

const [mode = 'all', ...rest] = process.argv.slice(2);
const started = Date.now();
const counts = { passed: 0, failed: 0, skipped: 0 };
const unaccepted = [];
const secondsSince = (start) => Math.round((Date.now() - start) / 1000);

function count(outcome) {
  for (const key of Object.keys(counts)) counts[key] += outcome[key];
  unaccepted.push(...(outcome.unaccepted ?? []));
}

/** Runs a program that passes or fails as a whole. @param onStart called with its pid */
async function check(title, argv, { env, onStart } = {}) {
  const start = Date.now();
  console.log(`\n== ${title}`);
  const { child, ended } = startGroup(argv, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  onStart?.(child.pid);
  const status = await ended;
  counts[status === 0 ? 'passed' : 'failed']++;
  console.log(`== ${title}: ${status === 0 ? 'passed' : 'FAILED'} in ${secondsSince(start)} s`);
}

async function jest(title, args, options) {
  console.log(`\n== ${title}`);
  const outcome = await runJest(title, args, options);
  count(outcome);
  console.log(
    `== ${title}: ${outcome.passed} passed, ${outcome.failed} failed in ${Math.round(outcome.seconds)} s`,
  );
  return outcome;
}

/** The cache of ESLint's results. Its name has a hash of all package.json files, because they decide the allowed imports. */
function lintCache() {
  const packages = readdirSync(join(root, 'packages'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join('packages', name));
  const hash = createHash('sha256');
  for (const directory of ['', ...packages]) hash.update(readFileSync(join(root, directory, 'package.json')));
  return join(root, 'node_modules/.cache/eslint', `${hash.digest('hex').slice(0, 16)}.json`);
}

async function quickChecks(unitArgs = []) {
  const cached = ['--cache', '--cache-strategy', 'content'];
  await check('format', bin('prettier', '--check', '--log-level', 'warn', ...cached, '.'));
  await check('lint', bin('eslint', '--max-warnings', '0', ...cached, '--cache-location', lintCache(), '.'));
  await check('types', bin('tsc', '--project', 'tsconfig.spec.json'));
  await check('schemas', [process.execPath, 'tools/schemas.mjs', '--check']);
  await check('layout', [process.execPath, 'tools/layout.mjs']);
  await check('unused', bin('knip', '--include', 'files,exports,types', '--no-progress'));
  await check('prose', [process.execPath, 'tools/prose.mjs']);
  await check('api', [process.execPath, 'tools/api.mjs', '--check']);
  await check('tools', [process.execPath, '--test', '--test-reporter=dot', 'tools/lib/']);
  // By default Jest leaves one CPU idle, which is half of two CPUs.
  await jest('unit', ['--maxWorkers=100%', ...unitArgs]);
}

/** Runs and watches one part of the end-to-end tests, and keeps its times. */
async function timed(name, files, work) {
  const start = Date.now();
  let watch;
  const tests = (await work((pid) => (watch = watchProcess(pid))))?.tests ?? [];
  files.push({ name, seconds: (Date.now() - start) / 1000, kinds: watch?.stop() ?? {}, tests });
}

// kernel-embedded is a third kernel for arm64, which a deep suite alone boots.
const buildDemo = (onStart) =>
  check(
    KERNELS,
    bin(
      'nx',
      'run-many',
      '-t',
      'build',
      '--exclude=tag:deep,kernel-embedded,virt-arm64-embedded',
      '--parallel=2',
      '--outputStyle=static',
    ),
    { env: { NX_DAEMON: 'false', NX_TUI: 'false' }, onStart },
  );

const testFile = (name, path) => (onStart) =>
  jest(name, ['--config', 'packages/e2e/jest.config.js', '--runInBand', '--runTestsByPath', path], {
    prefix: `[${name}] `,
    onStart,
  });

/** The tests through the real nx, two files at once: those that work in this repository one after the other. */
async function e2e() {
  createRequire(import.meta.url)('../packages/e2e/src/choose-caches.cjs')();
  const files = [];
  const kernels = { name: KERNELS, exclusive: 'repository', job: { name: KERNELS } };
  await runInLanes([kernels, ...e2eEntries(lastSeconds())], 2, ({ name, path }) =>
    timed(name, files, path === undefined ? buildDemo : testFile(name, path)),
  );
  recordTimes({ date: new Date().toISOString(), seconds: secondsSince(started), files });
}

function finish() {
  // A skipped test fails CI, unless this machine cannot run it.
  for (const name of unaccepted) console.log(`Skipped, and nothing about this machine excuses it: ${name}`);
  const failed = counts.failed > 0 || (process.env.CI && unaccepted.length > 0);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`);
  process.exit(failed ? 1 : 0);
}

const MODES = {
  all: async () => {
    await setUp('tests');
    await quickChecks();
    await e2e();
    finish();
  },
  quick: async () => {
    await setUp('tests');
    await quickChecks(['--testPathIgnorePatterns', '\\.slow\\.spec\\.ts$']);
    finish();
  },
  times: async () => {
    const table = formatTimes();
    if (table === undefined)
      throw new Error('No run has left its times on this machine. Run npm test first.');
    console.log(table);
  },
  deep: async () => {
    const outcome = await deep(rest, () => setUp('deep'));
    if (outcome === undefined) return;
    count(outcome);
    finish();
  },
};

if (MODES[mode] === undefined) {
  console.error(`${mode}: not one of ${Object.keys(MODES).join(', ')}`);
  process.exit(2);
}
// The kernels are built with the caches that the tests will use.
if (mode === 'all') chooseCaches();
await MODES[mode]().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
