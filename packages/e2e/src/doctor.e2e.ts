import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    ['no-root', 22, 'rdinit=/nonexistent rootwait root=/dev/vda7', /no root device \/dev\/vda7 \(rootwait/],
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

describe('a kernel that complains while its commands exit with 0', () => {
  const says = (...lines: string[]) =>
    test(
      '',
      `--commands=for line in ${lines.map((line) => `'${line}'`).join(' ')}; do echo "$line" > /dev/kmsg; done`,
    );
  const warning = 'WARNING: CPU: 0 PID: 71 at lab/lab.c:44 lab_init+0x24/0x30';

  it(
    'fails the test, each time',
    async () => {
      for (const _time of ['first', 'again']) {
        const run = await says(warning);
        expectExit(run, 1);
        expect(run.output).toContain('Outcome: kernel-warning (exit code 39)');
        const [, line] = /complained during command 1 .*: WARNING: .* \(line (\d+) of console\.log\)/.exec(
          run.output,
        )!;
        const log = readFileSync(join(REPOSITORY, 'dist/virt-arm64/console.log'), 'utf8').split('\n');
        expect(log[Number(line) - 1]).toContain(warning);
        expect(report()).toMatchObject({ code: 'GUEST_COMPLAINT', complaints: [{ text: warning }] });
      }
    },
    3 * MINUTES,
  );

  it(
    'fails the test by KTAP, in the words of the suite and the case',
    async () => {
      const suite = [
        '    KTAP version 1',
        '    # Subtest: lab',
        '    1..2',
        '    ok 1 push',
        '    not ok 2 pop',
        'not ok 1 lab',
      ];
      const run = await says('KTAP version 1', '1..1', ...suite);
      expectExit(run, 1);
      expect(run.output).toMatch(
        /1 of 2 tests in the guest failed:\n +lab\.pop \(line \d+ of console\.log\)/,
      );
      expect(report()).toMatchObject({ outcome: 'tests-failed', tests: { passed: 1, failed: 1 } });
    },
    2 * MINUTES,
  );
});

describe('a kernel that speaks while commands run', () => {
  // The demo's kernel has no CONFIG_PRINTK_TIME: nothing on the console tells its messages from a program's output.
  const directory = join(REPOSITORY, 'examples/boards/tmp-noisy');
  const tick = 'i=0; while :; do i=$((i+1)); echo "lab: tick $i" > /dev/kmsg; usleep 50000; done';
  const commands = [
    { run: `(${tick}) > /dev/null 2>&1 &` },
    {
      run: 'for i in 1 2 3 4 5 6; do echo line$i; usleep 30000; done',
      expect: '^line1\nline2\nline3\nline4\nline5\nline6\n$',
    },
    { run: 'printf no-newline', expect: '^no-newline$' },
    { run: "printf '%0300d\\n' 7", expect: '^0{299}7\n$' },
    { run: "echo '/ # '", expect: '^/ # \n$' },
    { run: "echo '[    1.234567] not the kernel'", expect: 'not the kernel' },
    { run: 'echo lab-marker > /dev/kmsg; dmesg | grep -c lab-marker', expect: '^[1-9]' },
    { run: 'sleep 1; false', exitCode: 1 },
  ];
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it(
    'changes the verdict of none of them',
    async () => {
      const run = {
        executor: '@bringup/nx:qemu',
        options: { arch: 'arm64', kernel: 'kernel', initramfs: 'rootfs' },
      };
      mkdirSync(directory);
      const project = { name: 'tmp-noisy', targets: { run, test: { options: { commands } } } };
      writeFileSync(join(directory, 'project.json'), JSON.stringify(project));
      for (const _time of [1, 2, 3]) {
        const result = await nx(['run', 'tmp-noisy:test', '--skip-nx-cache'], { cwd: REPOSITORY, env: ENV });
        expectExit(result, 0);
        expect(result.output).toContain('8 commands passed');
      }
    },
    4 * MINUTES,
  );
});
