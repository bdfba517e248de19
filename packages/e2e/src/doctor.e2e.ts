import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nx, REPOSITORY, type NxRun } from './nx-run.js';

/** The demo's board with command lines that break its boot: real kernel, real QEMU, through nx. */
const MINUTES = 60_000;
const { HOME, BRINGUP_HOME } = process.env;
const ENV = { HOME: HOME!, ...(BRINGUP_HOME ? { BRINGUP_HOME } : {}) };

const test = (append: string, ...options: string[]) =>
  nx(['run', 'virt-arm64:test', `--append=${append}`, '--bootTimeout=30', ...options], {
    cwd: REPOSITORY,
    env: ENV,
  });
const report = () => JSON.parse(readFileSync(join(REPOSITORY, 'dist/virt-arm64/test.json'), 'utf8'));

/** Shows what nx printed when it ended in another way. */
function expectExit({ exitCode, output }: NxRun, wanted: number): void {
  expect({ exitCode, output: exitCode === wanted ? '' : output }).toEqual({ exitCode: wanted, output: '' });
}

it(
  'builds the demo',
  async () => {
    const run = await nx(['run', 'virt-arm64:build'], { cwd: REPOSITORY, env: ENV });
    expectExit(run, 0);
  },
  40 * MINUTES,
);

describe('a boot that fails', () => {
  it.each([
    ['no-initramfs-init', 21, 'rdinit=/nonexistent', /initramfs has no program \/nonexistent/],
    ['no-root', 22, 'rdinit=/nonexistent root=/dev/vda1', /no root device \/dev\/vda1/],
    ['wrong-console', 12, 'console=ttyS0 rdinit=/bin/sh', /Remedy: put console=ttyAMA0/],
  ])(
    '%s: is reported with its cause, its remedy and its exit code',
    async (outcome, exitCode, append, told) => {
      const run = await test(append);
      // Nx exits with 1 whatever an executor's process exits with. The outcome is in the last line and in test.json.
      expectExit(run, 1);
      expect(run.output).toMatch(told);
      expect(run.output).toContain(`Outcome: ${outcome} (exit code ${exitCode})`);
      expect(report()).toMatchObject({
        outcome,
        exitCode,
        diagnoses: [{ outcome, exitCode }, ...report().diagnoses.slice(1)],
      });
    },
    2 * MINUTES,
  );
});

it(
  'is also reported at the end of a run',
  async () => {
    const run = await nx(['run', 'virt-arm64:run', '--append=rdinit=/nonexistent root=/dev/vda1'], {
      cwd: REPOSITORY,
      env: ENV,
    });
    expectExit(run, 0);
    expect(run.output).toMatch(/virt-arm64: Likely cause: .*no root device \/dev\/vda1/);
    expect(run.output).toMatch(/virt-arm64: Remedy: /);
  },
  2 * MINUTES,
);

describe('an expected outcome', () => {
  const append = 'rdinit=/nonexistent root=/dev/vda1';

  it(
    'is a success, and then no command is run',
    async () => {
      const run = await test(append, '--expect.outcome=no-root');
      expectExit(run, 0);
      expect(run.output).toMatch(/no-root \(exit code 22\) after .* as expected; \d+ commands not run/);
      expect(report()).toMatchObject({ outcome: 'no-root', exitCode: 22, commands: [] });
    },
    2 * MINUTES,
  );

  it(
    'is not met by another failure, nor by a boot that succeeds',
    async () => {
      const other = await test(append, '--expect.outcome=no-init');
      expectExit(other, 1);
      expect(other.output).toContain('expected the outcome no-init, but got no-root');
      const healthy = await test('', '--expect.outcome=no-init');
      expectExit(healthy, 1);
      expect(healthy.output).toContain('expected the outcome no-init, but got ready');
      expect(report()).toMatchObject({ outcome: 'ready', exitCode: 0, code: 'GUEST_OUTCOME' });
    },
    3 * MINUTES,
  );
});
