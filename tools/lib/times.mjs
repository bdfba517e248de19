/** The table of `npm run test:times`: where the time of the last `npm test` went. */
import { readState, writeState } from './test-state.mjs';
import { KINDS } from './process-kinds.mjs';

const FILE = 'times.json';
const SLOWEST = 50;

/** @typedef {{ name: string, seconds: number, kinds: Record<string, number>, tests: import('./jest.mjs').Test[] }} FileTimes */

/** @param {{ date: string, seconds: number, files: FileTimes[] }} run */
export function recordTimes(run) {
  writeState(FILE, run);
}

/** @returns {Record<string, number>} seconds of each file in the last run */
export function lastSeconds() {
  return Object.fromEntries((readState(FILE)?.files ?? []).map(({ name, seconds }) => [name, seconds]));
}

const cell = (seconds) => seconds.toFixed(seconds < 10 ? 1 : 0).padStart(9);

function fileTable(files) {
  const head = ['file', 'seconds', ...KINDS].map((title, index) =>
    index === 0 ? title.padEnd(24) : title.padStart(10),
  );
  const rows = [...files]
    .sort((a, b) => b.seconds - a.seconds)
    .map(({ name, seconds, kinds }) =>
      [name.padEnd(24), cell(seconds), ...KINDS.map((kind) => cell(kinds[kind] ?? 0))].join(' '),
    );
  const sum = (pick) => files.reduce((total, file) => total + pick(file), 0);
  const total = [
    'all'.padEnd(24),
    cell(sum((file) => file.seconds)),
    ...KINDS.map((kind) => cell(sum((file) => file.kinds[kind] ?? 0))),
  ];
  return [head.join(''), ...rows, total.join(' ')];
}

/** @returns the table, or undefined when no run has left its times */
export function formatTimes() {
  const run = readState(FILE);
  if (run === undefined) return undefined;
  const tests = run.files.flatMap((file) => file.tests);
  const slowest = [...tests].sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
  return [
    `npm test of ${run.date}: ${Math.round(run.seconds)} s, ${tests.length} tests`,
    '',
    'Seconds of each file by what its processes did: files run side by side, so the sum is more than the whole.',
    ...fileTable(run.files),
    '',
    `The slowest ${slowest.length} tests, without what their files prepare for all:`,
    ...slowest.map(
      ({ file, name, seconds }) => `${cell(seconds)}  ${file.replace(/^packages\//, '')}: ${name}`,
    ),
  ].join('\n');
}
