import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { showProgress } from '../make/progress.js';
import { KCONFIG_PROGRAMS, type ProgramName } from '../programs/programs.js';
import { followMake } from './follow-make.js';

const directory = join(__dirname, '../../fixtures/make-output');

/** The lines of a whole build, as make printed them: see README.md there. */
function readOutput(name: string): string[] {
  return gunzipSync(readFileSync(join(directory, `${name}.txt.gz`)))
    .toString('utf8')
    .split('\n');
}

/** The lines of a log. The clock moves ten seconds with each line of make, so that each is shown. */
function logOf(lines: readonly string[], program: ProgramName, total: number): string[] {
  jest.useFakeTimers();
  let text = '';
  const stream = { isTTY: false, write: (part: string) => Boolean((text += part)) };
  const progress = showProgress('demo', 'objects', total, { stream });
  const follower = followMake(progress, { before: 0, isGuess: true }, KCONFIG_PROGRAMS[program], true);
  for (const line of lines) {
    follower.onLine(line, 'stdout');
    jest.advanceTimersByTime(10_000);
  }
  progress.finish();
  jest.useRealTimers();
  return text.split('\n').filter(Boolean);
}

const OUTPUTS = [
  ['busybox-1.37', 'busybox', 880, 714],
  ['linux-6.1-llvm', 'kernel', 367, 844],
  ['u-boot-2025.01', 'u-boot', 420, 785],
] as const;

describe.each(OUTPUTS)('the output of %s', (name, program, symbols, objects) => {
  const lines = readOutput(name);
  const log = logOf(lines, program, Math.round(symbols * KCONFIG_PROGRAMS[program].objectsPerSymbol));
  const states = log.flatMap((line) => /(\d+)%, (\d+) of about (\d+) /.exec(line) ?? []);

  it('ends at 100 %', () => expect(log.at(-1)).toMatch(new RegExp(`^demo: 100%, ${objects} objects in `)));

  it('names every object', () => {
    const named = lines.filter((line) => /^ .*\.(o|a)$/.test(line));
    const shown = new Set(log.map((line) => line.split(', ').at(-1)));
    expect(named.filter((line) => !shown.has(line.replace(/^ +\S+ +/, '')))).toEqual([]);
    expect(named.length).toBeGreaterThan(objects * 0.8);
  });

  it('is guessed within a quarter, and known within two percent when it is linked', () => {
    const totals = states.filter((_, index) => index % 4 === 3).map(Number);
    expect(totals.filter((total) => Math.abs(total - objects) > objects / 4)).toEqual([]);
    expect(Math.abs(totals.at(-1)! - objects)).toBeLessThanOrEqual(objects / 50);
  });
});

it.each([
  ['modules follow', true, false],
  ['the last build was counted', false, true],
])('leaves the total when the kernel is linked, where %s', (_why, isGuess, linksLast) => {
  const total = jest.fn();
  const follower = followMake(
    { update: () => undefined, total },
    { before: 0, isGuess },
    KCONFIG_PROGRAMS.kernel,
    linksLast,
  );
  follower.onLine(`  LD      ${KCONFIG_PROGRAMS.kernel.linkedLast.file}`, 'stdout');
  expect(follower.made()).toBe(1);
  expect(total).not.toHaveBeenCalled();
});
