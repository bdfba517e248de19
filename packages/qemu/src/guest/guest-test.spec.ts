import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planMachine, runGuestTest, SHELL_PROMPT, type GuestTest, type GuestTestOptions } from '../index.js';

const FAKE = join(__dirname, '../testing/fake-qemu.mjs');
const directory = mkdtempSync(join(tmpdir(), 'bringup-guest-spec-'));
const base: GuestTest = {
  readyPattern: SHELL_PROMPT,
  commands: [],
  // They end by themselves, however loaded this machine is.
  bootTimeoutMs: 240_000,
  commandTimeoutMs: 240_000,
  powerOff: { command: 'poweroff -f', timeoutMs: 300 },
};

/** Sockets of the runs so far; none may be left. */
const sockets: string[] = [];

function run(scenario: string, test: Partial<GuestTest> = {}, options: GuestTestOptions = {}) {
  const plan = ({ qmpSocket }: { qmpSocket: string }) => {
    sockets.push(qmpSocket);
    const extraArgs = ['-scenario', scenario];
    return planMachine({
      arch: 'x86_64',
      boot: { via: 'kernel', kernel: 'k' },
      console: 'pipe',
      accel: 'tcg',
      binary: FAKE,
      qmpSocket,
      extraArgs,
    });
  };
  return runGuestTest(plan, { ...base, ...test }, options);
}

afterAll(() => rmSync(directory, { recursive: true }));

afterEach(() => {
  const socket = sockets.at(-1);
  if (socket === undefined) return;
  expect(existsSync(join(socket, '..'))).toBe(false);
  expect(processesNaming(socket)).toEqual([]);
});

function failure(scenario: string, test: Partial<GuestTest>): Promise<Error> {
  return run(scenario, test).then(
    () => new Error('passed'),
    (reason: Error) => reason,
  );
}

function processesNaming(word: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
    } catch {
      return false; // Ended while we looked.
    }
  });
}

describe('runGuestTest', () => {
  it('boots, runs commands unchanged, and powers off', async () => {
    const consoleLogFile = join(directory, 'sub', 'console.log');
    const chunks: string[] = [];
    const commands: string[] = [];
    const lines = [
      'echo \'a "b\' "c\'d" \\\\ # no',
      'for i in 1 2; do\n\techo $i\ndone',
      'cat <<E\n$((6*7))\nE',
      'printf x',
      'exit_with() { return 3; }; exit_with',
    ];
    const result = await run(
      'ok',
      {
        commands: lines.map((line, index) => ({
          run: line,
          exitCode: index === 4 ? 3 : 0,
          expect: index === 2 ? '^42$' : undefined,
        })),
      },
      { consoleLogFile, onConsole: (chunk) => chunks.push(chunk), onCommand: (line) => commands.push(line) },
    );
    expect(result.commands.map(({ output }) => output)).toEqual([
      'a "b c\'d \\\n',
      '1\n2\n',
      '42\n',
      'x',
      '',
    ]);
    expect(result.consoleLog).toContain('Linux version 6.1.0\r\n');
    expect(chunks.join('')).toBe(result.consoleLog);
    expect(readFileSync(consoleLogFile, 'utf8')).toBe(result.consoleLog);
    expect(commands).toEqual([expect.stringContaining('-kernel k')]);
    expect(result.bootMs).toBeGreaterThan(0);
  });

  it('finds the prompt and the markers among kernel messages', async () => {
    await run('message-behind-prompt');
    const { commands } = await run('noise', { commands: [{ run: 'echo one', expect: '^one$' }] });
    expect(commands[0]).toMatchObject({ exitCode: 0, output: 'one\n' });
  });

  it("does not take a heading of U-Boot's for a prompt", async () => {
    const { commands } = await run('firmware', { commands: [{ run: 'echo one', expect: '^one$' }] });
    expect(commands[0]).toMatchObject({ exitCode: 0 });
  });

  it('ends a machine that cannot switch itself off', async () => {
    await expect(run('no-power-switch')).resolves.toMatchObject({ commands: [] });
  });

  it('lets a test expect a panic', async () => {
    await run('panic', { readyPattern: 'Kernel panic - not syncing: Attempted to kill init' });
  });

  it.each<[string, string, Partial<GuestTest>, RegExp]>([
    [
      'panic',
      'GUEST_PANIC',
      {},
      /during boot: Attempted to kill init! exitcode=0x00000100[^]*Likely cause: init ended/,
    ],
    ['panic-command', 'GUEST_PANIC', { commands: [{ run: 'x' }] }, /during command 1 \(x\)/],
    [
      'silent',
      'GUEST_TIMEOUT',
      { bootTimeoutMs: 300 },
      /boot took longer than 300 ms. No output at all[^]*Likely cause: no output at all/,
    ],
    [
      'hang-command',
      'GUEST_TIMEOUT',
      { commands: [{ run: 'x' }], commandTimeoutMs: 200 },
      /command 1 \(x\).*never began/,
    ],
    [
      'exit-early',
      'GUEST_EXITED',
      {},
      /exit code 1 during boot[^]*could not load kernel 'vmlinux'[^]*Outcome: qemu-exited \(exit code 46\)$/,
    ],
    ['die-command', 'GUEST_EXITED', { commands: [{ run: 'x' }] }, /exit code 3 during command 1/],
    ['refuse', 'GUEST_COMMAND_FAILED', { commands: [{ run: 'fi' }] }, /got a syntax error/],
    ['ok', 'GUEST_COMMAND_FAILED', { commands: [{ run: 'false' }] }, /wanted exit code 0, got exit code 1/],
    [
      'ok',
      'GUEST_COMMAND_FAILED',
      { commands: [{ run: 'echo 1', expect: '2' }] },
      /matches \/2\/, got "1\\n"/,
    ],
  ])('%s: %s', async (scenario, code, test, message) => {
    const error = await failure(scenario, test);
    expect(error).toMatchObject({ name: 'ToolError', code, message: expect.stringMatching(message) });
    expect(error.message).toContain(`QEMU was started with: ${FAKE}`);
  });

  it('shows the last line of a boot that takes too long', async () => {
    let error: Error;
    let bootTimeoutMs = 300;
    // On a loaded machine the stand-in needs time to print anything.
    do {
      error = await failure('no-shell', { bootTimeoutMs });
      bootTimeoutMs *= 2;
    } while (error.message.includes('No output at all'));
    expect(error).toMatchObject({
      code: 'GUEST_TIMEOUT',
      message: expect.stringMatching(/Its last line: \[ +0.500000\] Run \/init/),
    });
  });

  it('throws the reason when aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    const onConsole = () => controller.abort(reason);
    await expect(run('no-shell', {}, { signal: controller.signal, onConsole })).rejects.toBe(reason);
  });

  it('refuses a pattern that is none, before anything runs', async () => {
    await expect(run('ok', { readyPattern: '(' })).rejects.toMatchObject({ code: 'INVALID_PATTERN' });
  });
});
