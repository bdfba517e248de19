import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram, startProgram } from './index.js';

jest.setTimeout(60_000);

const directory = mkdtempSync(join(tmpdir(), 'bringup-run-spec-'));

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** Resolves when the process has ended, because a signal takes some time; the test's limit ends the wait otherwise. */
async function dead(pid: number): Promise<void> {
  while (alive(pid)) await sleep(20);
}

describe('runProgram', () => {
  it('returns stdout, calls onLine for both streams and writes the log', async () => {
    const lines: string[] = [];
    const logFile = join(directory, 'log');
    const result = await runProgram(['sh', '-c', 'echo out; echo err >&2; cat'], {
      input: 'typed\n',
      logFile,
      onLine: (line, stream) => lines.push(`${stream}:${line}`),
    });
    expect(result).toEqual({ exitCode: 0, stdout: 'out\ntyped\n' });
    expect(lines.sort()).toEqual(['stderr:err', 'stdout:out', 'stdout:typed']);
    expect(readFileSync(logFile, 'utf8')).toContain('err');
  });

  it('writes stdout to a file byte for byte, and keeps the words of a failure', async () => {
    const outputFile = join(directory, 'output');
    const result = await runProgram(['printf', '\\377\\0x'], { outputFile });
    expect(result).toEqual({ exitCode: 0, stdout: '' });
    expect(readFileSync(outputFile)).toEqual(Buffer.from([255, 0, 120]));
    const failing = runProgram(['sh', '-c', 'echo kept; echo why >&2; exit 3'], { outputFile });
    await expect(failing).rejects.toMatchObject({ fields: { exitCode: 3, tail: ['why'] } });
    expect(readFileSync(outputFile, 'utf8')).toBe('kept\n');
  });

  it('gives the child nothing of the caller beyond PATH, TMPDIR and TERM', async () => {
    process.env.KCFLAGS = '-DEVIL';
    const { stdout } = await runProgram(['env']);
    delete process.env.KCFLAGS;
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names.filter((name) => !['PATH', 'TMPDIR', 'TERM', 'LC_ALL', 'TZ'].includes(name!))).toEqual([]);
  });

  it('rejects with the quoted command, the exit code and the last lines', async () => {
    await expect(runProgram(['sh', '-c', 'echo "what went wrong" >&2; exit 3'])).rejects.toMatchObject({
      name: 'ToolError',
      code: 'TOOL_FAILED',
      fields: { exitCode: 3, tail: ['what went wrong'] },
      message: expect.stringContaining(`sh -c 'echo "what went wrong" >&2; exit 3'`),
    });
  });

  it('names the package of a missing program', async () => {
    await expect(runProgram(['qemu-system-riscv64-not-here'])).rejects.toMatchObject({
      code: 'TOOL_MISSING',
    });
    await expect(runProgram(['lz4'], { env: { PATH: '/nowhere' } })).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringContaining('apt-get install lz4'),
    });
  });

  it('says that the directory is missing, not the program', async () => {
    await expect(runProgram(['true'], { cwd: '/no/such/place' })).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: expect.stringContaining('/no/such/place'),
    });
  });

  it('ends the whole group on time-out', async () => {
    const pidFile = join(directory, 'grandchild');
    const script = `sleep 600 & echo $! > "$0.new"; mv "$0.new" "$0"; wait`;
    // On a loaded machine the shell needs time to get that far.
    for (let timeoutMs = 300; !existsSync(pidFile); timeoutMs *= 2) {
      const run = runProgram(['sh', '-c', script, pidFile], { timeoutMs });
      await expect(run).rejects.toMatchObject({ code: 'TOOL_TIMEOUT' });
    }
    await dead(Number(readFileSync(pidFile, 'utf8')));
  });

  it('throws the reason of the abort signal', async () => {
    const controller = new AbortController();
    const run = runProgram(['sleep', '60'], { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await expect(run).rejects.toThrow('enough');
  });

  it('ends what a program left in its process group', async () => {
    const pidFile = join(directory, 'left');
    await runProgram(['sh', '-c', `sleep 600 > /dev/null 2>&1 & echo $! > ${pidFile}`]);
    while (alive(Number(readFileSync(pidFile, 'utf8')))) await sleep(10);
  });

  describe('throws what onLine throws, and leaves nothing running', () => {
    const refuse = () => {
      throw new Error('not this line');
    };

    it.each([
      ['while the program runs', 'echo first; sleep 600'],
      ['on its last line', 'printf unfinished'],
      ['on standard error', 'echo first >&2; sleep 600'],
      ['while it writes more than a pipe holds', 'yes'],
      ['and it ignores SIGTERM', 'trap "" TERM; echo first; while :; do sleep 0.1; done'],
    ])('%s', async (_when, script) => {
      const pidFile = join(directory, 'throwing');
      const run = runProgram(['sh', '-c', `echo $$ > ${pidFile}; ${script}`], { onLine: refuse });
      await expect(run).rejects.toThrow('not this line');
      expect(alive(Number(readFileSync(pidFile, 'utf8')))).toBe(false);
    });

    it('rather than the reason of an abort that came later', async () => {
      const controller = new AbortController();
      const onLine = () => {
        setImmediate(() => controller.abort(new Error('too late')));
        refuse();
      };
      const run = runProgram(['sh', '-c', 'echo first; sleep 600'], { onLine, signal: controller.signal });
      await expect(run).rejects.toThrow('not this line');
    });
  });

  it('kills a program that ignores SIGTERM', async () => {
    const program = await startProgram(['sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done']);
    await new Promise((resolve) => program.stdout!.once('data', resolve));
    await program.stop(100);
    expect(alive(program.pid)).toBe(false);
  });
});

it('goes on without its log when that cannot be written', async () => {
  const { stdout } = await runProgram(['echo', 'hello'], { logFile: '/dev/full' });
  expect(stdout).toBe('hello\n');
});

describe('the reaper', () => {
  it('kills groups and removes directories when the owner dies by SIGKILL', async () => {
    const script = join(__dirname, 'testing', 'owner.js');
    const owner = await startProgram([process.execPath, script], { env: { PATH: process.env.PATH! } });
    const line = await new Promise<string>((resolve) =>
      owner.stdout!.once('data', (chunk) => resolve(String(chunk))),
    );
    const { pid, directory: owned } = JSON.parse(line) as { pid: number; directory: string };
    expect(alive(pid)).toBe(true);
    process.kill(owner.pid, 'SIGKILL');
    await dead(pid);
    while (existsSync(owned)) await sleep(20);
  });

  it('is replaced when it is killed, and the new one knows what is owned', async () => {
    const owner = spawn(process.execPath, [join(__dirname, 'testing/reaped.js')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: owner.stdout })[Symbol.asyncIterator]();
    const { value } = (await lines.next()) as { value: string };
    const { pid, directory: owned } = JSON.parse(value) as { pid: number; directory: string };
    for (let round = 0, last = 0; round < 3; round += 1) {
      const reaper = await reaperOf(owner.pid!, last);
      owner.stdin.write('\n');
      await lines.next();
      expect(alive(pid)).toBe(true);
      if (round < 2) process.kill(reaper, 'SIGKILL');
      last = reaper;
    }
    owner.kill('SIGKILL');
    await once(owner, 'close');
    while (alive(pid) || existsSync(owned)) await sleep(10);
  }, 60_000);

  /** The reaper of a process, once it differs from `last`. */
  async function reaperOf(parent: number, last: number): Promise<number> {
    for (;;) {
      const found = readdirSync('/proc').find((name) => {
        try {
          const [, state, ppid] = /\) (\S) (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))!;
          const isReaper = readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('reaper-main.js');
          return isReaper && state !== 'Z' && Number(ppid) === parent && Number(name) !== last;
        } catch {
          return false;
        }
      });
      if (found !== undefined) return Number(found);
      await sleep(10);
    }
  }
});
