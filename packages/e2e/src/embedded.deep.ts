import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nx, REPOSITORY, type NxRun } from './nx-run.js';

/** The demo's kernel with the initramfs in it: one file that boots, and that another initramfs only links again. */
const MINUTES = 60_000;
const HOME = process.env.HOME!;

async function run(...args: string[]): Promise<NxRun> {
  const env = { HOME, ...(process.env.BRINGUP_HOME ? { BRINGUP_HOME: process.env.BRINGUP_HOME } : {}) };
  const done = await nx(['run', ...args], { cwd: REPOSITORY, env });
  expect({ exitCode: done.exitCode, output: done.exitCode === 0 ? '' : done.output }).toEqual({
    exitCode: 0,
    output: '',
  });
  return done;
}

/** A task by itself, over what lies in dist/. */
const alone = (...args: string[]) => run(...args, '--excludeTaskDependencies', '--skip-nx-cache');

const reported = (): { output: string }[] =>
  JSON.parse(readFileSync(join(REPOSITORY, 'dist/virt-arm64-embedded/test.json'), 'utf8')).commands;

/** The steps in make's log, such as `  CC      init/main.o`. */
function steps(): { step: string; file: string }[] {
  const log = readFileSync(join(REPOSITORY, '.bringup/build/kernel-embedded/default/out.log'), 'utf8');
  return [...log.matchAll(/^ {2}([A-Z]+)(?: \[M\])? +(\S+)$/gm)].map(([, step, file]) => ({
    step: step!,
    file: file!,
  }));
}

it(
  'boots without an initrd',
  async () => {
    await run('virt-arm64-embedded:build');
    await alone('virt-arm64-embedded:test');
    expect(reported()[0]!.output).toMatch(/^Linux bringup 6\..* aarch64/m);
    const { output } = await run('virt-arm64-embedded:command', '--json');
    expect(output).toContain('dist/kernel-embedded/Image');
    expect(output).not.toContain('-initrd');
  },
  40 * MINUTES,
);

describe('with another initramfs', () => {
  beforeAll(() => alone('rootfs:build', '--hostname=another'), MINUTES);
  // Others boot this root as well.
  afterAll(async () => {
    await run('virt-arm64-embedded:build');
  }, 5 * MINUTES);

  it(
    'is linked again, and nothing else is compiled',
    async () => {
      const { output } = await alone('kernel-embedded:build');
      expect(output).toMatch(/built Image, vmlinux/);
      const made = steps();
      expect(made).toContainEqual({ step: 'LD', file: 'vmlinux' });
      const compiled = made.filter(({ step }) => /^(CC|AS|HOSTCC|HOSTLD)$/.test(step));
      expect(compiled).toEqual([{ step: 'AS', file: 'usr/initramfs_data.o' }]);
    },
    10 * MINUTES,
  );

  it(
    'boots to that',
    async () => {
      await alone('virt-arm64-embedded:test');
      expect(reported()[0]!.output).toMatch(/^Linux another 6\./m);
    },
    2 * MINUTES,
  );

  it(
    'is not linked for the same one',
    async () => {
      expect((await alone('kernel-embedded:build')).output).toContain('up to date, nothing to make');
    },
    MINUTES,
  );
});
