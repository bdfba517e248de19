import { parseMakeLine, showProgress, type Progress, type ProgressOptions } from './progress.js';

it.each([
  ['  CC      kernel/fork.o', 'kernel/fork.o'],
  ['  LD [M]  fs/ext4/ext4.ko', 'fs/ext4/ext4.ko'],
  ['  HOSTCC  scripts/basic/fixdep', 'scripts/basic/fixdep'],
  ["make[1]: Entering directory '/x'", undefined],
  ['  not a line of kbuild', undefined],
])('reads %j', (line, expected) => expect(parseMakeLine(line)).toBe(expected));

/** A log and a clock: what `work` makes the log say, line by line. */
function log(
  total: number | undefined,
  work: (progress: Progress, wait: (ms: number) => void) => void,
  options: ProgressOptions = {},
): string[] {
  jest.useFakeTimers();
  let text = '';
  const stream = { isTTY: false, write: (part: string) => Boolean((text += part)) };
  const progress = showProgress('kernel', 'objects', total, { stream, ...options });
  work(progress, (ms) => jest.advanceTimersByTime(ms));
  progress.stop();
  jest.useRealTimers();
  return text.split('\n').filter(Boolean);
}

it('ends at 100 %, though less was made than was estimated', () =>
  expect(
    log(4, (progress, wait) => {
      wait(1000);
      progress.update(1, 'init/main.o');
      wait(9000);
      progress.update(2, 'kernel/fork.o');
      progress.finish();
    }),
  ).toEqual([
    'kernel: starting',
    'kernel: 25%, 1 of about 4 objects, 30 s left, init/main.o',
    'kernel: 100%, 2 objects in 10 s',
  ]));

it('is never at 100 % before the end, though more is made than was estimated', () =>
  expect(
    log(2, (progress, wait) => {
      [1, 2, 3].forEach((done) => progress.update(done, `${done}.o`));
      wait(10_000);
      progress.finish();
    }).slice(1),
  ).toEqual(['kernel: 99%, 3 of about 3 objects, 3.o', 'kernel: 100%, 3 objects in 10 s']));

it('does not end at 100 % if the work failed', () =>
  expect(log(2, (progress) => progress.update(1, '1.o')).at(-1)).toMatch(/^kernel: 50%/));

it('says what it waits for when nothing was done for 15 s, until something is', () =>
  expect(
    log(
      9,
      (progress, wait) => {
        progress.update(1, '1.o');
        wait(20_000);
        progress.update(2, '2.o');
        wait(10_000);
      },
      { waitsFor: () => 'ld -o vmlinux (pid 12)' },
    ).slice(1, 4),
  ).toEqual([
    'kernel: 11%, 1 of about 9 objects, 1 min 20 s left, 1.o',
    'kernel: 11%, 1 of about 9 objects, for 20 s in: ld -o vmlinux (pid 12)',
    'kernel: 22%, 2 of about 9 objects, 1 min 45 s left, 2.o',
  ]));

it('writes plain lines without cursor movements when the stream is not a terminal', () =>
  expect(log(2, (progress) => progress.update(3, 'more than estimated')).join()).not.toContain('\x1b'));
