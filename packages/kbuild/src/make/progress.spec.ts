import { PassThrough } from 'node:stream';
import { formatProgress, parseMakeLine, showProgress } from './progress.js';

it.each([
  ['  CC      kernel/fork.o', 'kernel/fork.o'],
  ['  LD [M]  fs/ext4/ext4.ko', 'fs/ext4/ext4.ko'],
  ['  HOSTCC  scripts/basic/fixdep', 'scripts/basic/fixdep'],
  ["make[1]: Entering directory '/x'", undefined],
  ['  not a line of kbuild', undefined],
])('reads %j', (line, expected) => expect(parseMakeLine(line)).toBe(expected));

it.each([
  [
    'objects',
    { done: 127, total: 1157, etaSeconds: 75, doing: 'kernel/fork.o' },
    'kernel: 10%, 127 of about 1157 objects, 1 min 15 s left, kernel/fork.o',
  ],
  [
    'bytes',
    { done: 2 ** 20, total: 2 ** 22, etaSeconds: 3, doing: '' },
    'kernel: 25%, 1.0 of 4.0 MiB, 3 s left',
  ],
  [
    'objects',
    { done: 1, total: 2, etaSeconds: Infinity, doing: 'x.o' },
    'kernel: 50%, 1 of about 2 objects, an unknown time left, x.o',
  ],
] as const)('formats %s', (unit, state, expected) =>
  expect(formatProgress('kernel', unit, state)).toBe(expected),
);

it('writes plain lines without cursor movements when the stream is not a terminal', () => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  const progress = showProgress('kernel', 'objects', 2, stream);
  progress.update(3, 'more than estimated');
  progress.stop();
  const text = String((stream as unknown as PassThrough).read() ?? '');
  expect(text).not.toContain('\x1b');
});
