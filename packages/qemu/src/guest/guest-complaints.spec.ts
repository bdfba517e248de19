import { join } from 'node:path';
import { planMachine, runGuestTest, SHELL_PROMPT, type GuestTest } from '../index.js';

const FAKE = join(__dirname, '../testing/fake-qemu.mjs');
const base: GuestTest = {
  ...{ readyPattern: SHELL_PROMPT, commands: [], bootTimeoutMs: 240_000, commandTimeoutMs: 240_000 },
  powerOff: { command: 'poweroff -f', timeoutMs: 300 },
};

const run = (test: Partial<GuestTest>, scenario = 'ok') =>
  runGuestTest(
    ({ qmpSocket }) =>
      planMachine({
        arch: 'x86_64',
        boot: { via: 'kernel', kernel: 'k' },
        console: 'pipe',
        accel: 'tcg',
        binary: FAKE,
        qmpSocket,
        extraArgs: ['-scenario', scenario],
      }),
    { ...base, ...test },
  );
const refused = (test: Partial<GuestTest>, scenario?: string) =>
  run(test, scenario).then(
    () => ({ code: 'passed', message: '', fields: {} as Record<string, unknown> }),
    ({ code, message, fields }: { code: string; message: string; fields: Record<string, unknown> }) => ({
      code,
      message,
      fields,
    }),
  );

const WARNING = 'WARNING: CPU: 0 PID: 71 at lab/lab.c:44 lab_init+0x24/0x1000 [lab]';
/** The stand-in's shell is the host's: what it prints at the start of a line looks like the kernel's. */
const says = (line: string) => ({ run: `echo '${line}'` });

describe('a kernel that complains during a command that exits with 0', () => {
  it('fails the test by the complaint, with its line and place', async () => {
    const oops = [
      'kernel BUG at lab/queue.c:118!',
      'invalid opcode: 0000 [#1] SMP',
      'RIP: 0010:lab_push+0x91/0xa0',
    ];
    const { code, message, fields } = await refused({
      commands: [{ run: 'true' }, { run: oops.map((line) => `echo '${line}'`).join('\n') }, { run: 'true' }],
    });
    expect([code, fields['outcome'], fields['exitCode']]).toEqual(['GUEST_COMPLAINT', 'oops', 31]);
    expect(message).toMatch(
      /^the guest's kernel complained during command 2 \([^]*?\): kernel BUG at lab\/queue\.c:118!, at lab_push\+0x91\/0xa0 \(line \d+ of console\.log\)/,
    );
    const [, line] = /line (\d+) of console\.log/.exec(message)!;
    const log = (fields['console'] as string).split('\n');
    expect(log[Number(line) - 1]).toContain('kernel BUG at lab/queue.c:118!');
  });

  it('fails the test for a warning, also for one in the boot', async () => {
    expect(await refused({ commands: [says(WARNING)] })).toMatchObject({
      code: 'GUEST_COMPLAINT',
      fields: { outcome: 'kernel-warning', exitCode: 39 },
    });
    expect(await refused({}, 'warn-in-boot')).toMatchObject({ fields: { outcome: 'kernel-warning' } });
  });

  it('passes where the complaint is allowed, and says which allowance nothing needed', async () => {
    const never = { pattern: 'KASAN', reason: 'never seen' };
    const allow = [{ pattern: String.raw`at lab/lab\.c:\d+`, reason: 'lab 12' }, never];
    const result = await run({ commands: [says(WARNING)], allow });
    expect(result.complaints).toMatchObject([{ outcome: 'kernel-warning', text: WARNING, reason: 'lab 12' }]);
    expect(result.unneeded).toEqual([never]);
  });

  it('refuses an allowance whose pattern cannot be read', async () => {
    expect(await refused({ allow: [{ pattern: '(', reason: 'x' }] })).toMatchObject({
      code: 'INVALID_PATTERN',
    });
  });
});

describe('tests that report by KTAP', () => {
  const tap = (...lines: string[]) => ({
    run: `cat <<'E'\n${['KTAP version 1', '1..2', ...lines].join('\n')}\nE`,
  });
  it('fail the test of the board, with their names', async () => {
    const { code, message, fields } = await refused({ commands: [tap('ok 1 push', 'not ok 2 pop')] });
    expect([code, fields['outcome']]).toEqual(['GUEST_TESTS_FAILED', 'tests-failed']);
    expect(message).toMatch(/^1 of 2 tests in the guest failed:\n {2}pop \(line \d+ of console\.log\)/);
  });
  it('are counted where they pass', async () => {
    const { tests } = await run({ commands: [tap('ok 1 push', 'ok 2 pop # SKIP no device')] });
    expect(tests).toEqual({ passed: 1, failed: 0, skipped: 1 });
    expect((await run({ commands: [{ run: 'true' }] })).tests).toBeUndefined();
  });
  it('fail where results are missing', async () => {
    expect((await refused({ commands: [tap('ok 1 push')] })).message).toMatch(/1 of 2 results are missing/);
  });
});

describe('messages of a kernel without time stamps', () => {
  it('do not hide the prompt', async () => {
    const commands = [{ run: 'echo one', expect: '^one$' }];
    expect((await run({ commands }, 'unstamped-behind-prompt')).outcome).toBe('ready');
  });
  it('change no verdict, whether they cut lines or markers', async () => {
    const both = { run: 'echo line1; echo line2', expect: String.raw`^line1\nline2\n$` };
    const { commands } = await run({ commands: [both] }, 'ticks');
    expect(commands[0]!.output).toBe('line1\nline2\n');
    const other = { run: 'echo line1', expect: '^line2$' };
    expect(await refused({ commands: [other] }, 'ticks')).toMatchObject({ code: 'GUEST_COMMAND_FAILED' });
  });
});
