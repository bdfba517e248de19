import { formatLine, type ProgressState } from './progress-line.js';

const state = {
  done: 127,
  before: 0,
  total: 1157,
  elapsedMs: 9_250,
  doing: 'kernel/fork.o',
  isFinished: false,
};
const quiet = { ms: 20_400, waitsFor: 'ld -o .tmp_vmlinux1 (pid 4711)' };

it.each<[string, 'objects' | 'bytes', Partial<ProgressState>, string]>([
  ['objects', 'objects', {}, '10%, 127 of about 1157 objects, 1 min 15 s left, kernel/fork.o'],
  [
    'bytes',
    'bytes',
    { done: 2 ** 20, total: 2 ** 22, elapsedMs: 1000, doing: '' },
    '25%, 1.0 of 4.0 MiB, 3 s left',
  ],
  ['bytes of a length that nobody knows', 'bytes', { done: 2 ** 20, total: undefined, doing: '' }, '1.0 MiB'],
  ['all bytes', 'bytes', { done: 2 ** 20, total: 2 ** 20, doing: '' }, '100%, 1.0 of 1.0 MiB'],
  ['a start', 'objects', { done: 0, doing: '' }, 'starting'],
  ['an estimate that is reached', 'objects', { total: 127 }, '99%, 127 of about 127 objects, kernel/fork.o'],
  ['an edit', 'objects', { done: 1, total: undefined }, '1 object, kernel/fork.o'],
  [
    'the speed of this run, not of the one before it',
    'objects',
    { before: 100, total: 181, elapsedMs: 27_000 },
    '70%, 127 of about 181 objects, 54 s left, kernel/fork.o',
  ],
  [
    'a wait',
    'objects',
    { quiet },
    '10%, 127 of about 1157 objects, for 20 s in: ld -o .tmp_vmlinux1 (pid 4711)',
  ],
  [
    'a wait at the start',
    'objects',
    { done: 0, quiet },
    'starting, for 20 s in: ld -o .tmp_vmlinux1 (pid 4711)',
  ],
  [
    'a wait for nobody knows what',
    'objects',
    { quiet: { ms: 20_400, waitsFor: undefined } },
    '10%, 127 of about 1157 objects, nothing new for 20 s',
  ],
  ['the end', 'objects', { isFinished: true, total: 127 }, '100%, 127 objects in 9 s'],
])('formats %s', (_title, unit, part, expected) =>
  expect(formatLine('kernel', unit, { ...state, ...part })).toBe(`kernel: ${expected}`),
);
