import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bootInARow, listening } from './boots-in-a-row.js';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx, type NxRun } from './nx-run.js';
import { kill, processesOf, remaining, treeOf } from './processes.js';
import { Terminal } from './terminal.js';
import { bootable } from './tiny-guest.js';

/** The life of boards: detached, listed, attached to, read, stopped, several at once, killed. With the real QEMU. */

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

interface ShownRun {
  id: string;
  pid: number;
  kind: string;
  forwards: { hostPort: number }[];
  sockets: { qmp: string; console: string };
  consoleLog: string;
  argv: string[];
}

let workspace: FakeWorkspace;
let base: string;
let temporary: string;

beforeAll(async () => {
  workspace = makeFakeWorkspace(tmpdir(), { changeKernel: bootable });
  base = dirname(workspace.root);
  temporary = join(base, 'tmp');
  mkdirSync(temporary);
  workspace.edit('board/project.json', ((json: Json) => {
    const options = {
      memory: 32,
      network: [{ type: 'user', forwards: [{ protocol: 'tcp', guestPort: 80 }] }],
    };
    Object.assign(json.targets.run.options, options);
    json.targets.test.options = { readyPattern: 'never', bootTimeout: 60, commands: [] };
  }) as never);
  expect((await board('build', [], [])).exitCode).toBe(0);
  expect((await board('update')).exitCode).toBe(0);
});
afterEach(async () => {
  kill(
    qemus().map(({ pid }) => pid),
    'SIGKILL',
  );
  expect(await remaining(base)).toEqual([]);
  expect((await board('ps')).output).toMatch(/board: no run/);
  expect(runDirectories()).toEqual([]);
});
afterAll(() => workspace.remove());

const qemus = () => processesOf(base).filter(({ argv }) => argv.startsWith('qemu-system-x86_64 '));
const runDirectories = () => readdirSync(temporary).filter((name) => name.startsWith('bringup-'));

function board(
  target: string,
  args: string[] = [],
  flags = ['--excludeTaskDependencies'],
  onStart?: (pid: number) => void,
): Promise<NxRun> {
  return nx(['run', `board:${target}`, ...args, ...flags], {
    cwd: workspace.root,
    env: { TMPDIR: temporary },
    onStart: ({ pid }) => onStart?.(pid!),
  });
}

/** The JSON that a target prints with --json. */
async function json<T>(target: string, ...args: string[]): Promise<T> {
  const { exitCode, output } = await board(target, [...args, '--json']);
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  return JSON.parse(/^[[{]$[^]*?^[\]}]$|^\[\]$/m.exec(output)![0]) as T;
}

const detach = () => json<ShownRun>('run', '--detach');
const stop = (id: string, ...args: string[]) =>
  json<{ ended: string }>('stop', `--id=${id}`, '--timeout=0', ...args);

async function booted({ consoleLog }: ShownRun): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!readFileSync(consoleLog, 'utf8').includes('/ # ')) {
    if (Date.now() > deadline)
      throw new Error(`no prompt within a minute: ${readFileSync(consoleLog, 'utf8')}`);
    await sleep(20);
  }
}

describe('a detached board', () => {
  it('is listed, read, and stopped', async () => {
    const run = await detach();
    expect(run).toMatchObject({ kind: 'detached', board: 'board', workspace: workspace.root });
    expect(qemus().map(({ pid }) => pid)).toEqual([run.pid]);
    expect(listening()).toContain(run.forwards[0]!.hostPort);
    await booted(run);
    expect(await json<ShownRun[]>('ps')).toEqual([run]);
    const table = (await board('ps')).output;
    expect(table).toMatch(
      new RegExp(`^${run.id} +board +detached +${run.pid} +\\d.* s +.*${run.forwards[0]!.hostPort}`, 'm'),
    );
    expect((await board('console')).output).toMatch(/^ready\r?$/m);
    const following = board('console', ['--follow']);
    await sleep(1500);
    expect(await stop(run.id)).toMatchObject({ id: run.id, pid: run.pid, ended: 'quit' });
    expect(await following).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^ready\r?$/m) });
    expect(listening()).not.toContain(run.forwards[0]!.hostPort);
    expect(runDirectories()).toEqual([]);
  });

  it('that is stuck is killed, and stop reports it', async () => {
    const run = await detach();
    process.kill(run.pid, 'SIGSTOP');
    const { output, exitCode } = await board('stop', ['--timeout=1']);
    expect(output).toMatch(/QEMU did not answer and was killed/);
    expect(exitCode).toBe(0);
  });

  it('ends when the guest does, and leaves nothing', async () => {
    const run = await detach();
    await booted(run);
    await new Promise<void>((resolve) => {
      const socket = createConnection(run.sockets.console, () => socket.write('\n'));
      socket.resume().on('close', () => resolve());
    });
    expect(await remaining(base)).toEqual([]);
    expect(runDirectories()).toEqual([]);
  });

  it('takes a terminal and gives it back', async () => {
    const terminal = new Terminal(workspace.root, { TMPDIR: temporary });
    try {
      const run = await detach();
      await booted(run);
      const attach = ['board:attach', '--outputStyle=static'];
      terminal.start(...attach);
      await terminal.until(/^ready$[^]*^\/ #/m);
      const second = await board('attach');
      expect(second).toMatchObject({
        exitCode: 1,
        output: expect.stringContaining('there is no terminal here'),
      });
      await terminal.keys('C-a', 'd');
      await terminal.until(/detached from run/);
      expect(qemus()).toHaveLength(1);
      terminal.start(...attach);
      await terminal.until(/^\/ #/m);
      await terminal.keys('C-a', 'c');
      await terminal.until(/\(qemu\)/);
      await terminal.keys('C-a', 'c', 'C-j'); // The guest waits for a line feed.
      await terminal.until(/the board has ended/);
      const other = await detach();
      terminal.start(...attach);
      await terminal.until(/^\/ #/m);
      await terminal.keys('C-a', 'x');
      await terminal.until(/the board has ended/);
      expect(qemus().map(({ pid }) => pid)).not.toContain(other.pid);
    } finally {
      terminal.close();
    }
  });
});

it('eight boards at once: all boot, with ports and directories of their own', async () => {
  const started = await Promise.all(Array.from({ length: 8 }, () => board('run', ['--detach'])));
  expect(started.filter(({ exitCode }) => exitCode !== 0).map(({ output }) => output)).toEqual([]);
  // Not what each of them said: nx keeps what a task says by the task's hash, and these eight are the same task.
  const runs = await json<ShownRun[]>('ps');
  expect(runs).toHaveLength(8);
  for (const run of runs) await booted(run);
  for (const part of [
    ({ id }: ShownRun) => id,
    ({ pid }: ShownRun) => String(pid),
    ({ forwards }: ShownRun) => String(forwards[0]!.hostPort),
    ({ consoleLog }: ShownRun) => consoleLog,
    ({ sockets }: ShownRun) => sockets.qmp,
  ]) {
    const parts = runs.map(part);
    expect(parts).toEqual([...new Set(parts)]);
  }
  const several = await board('stop');
  expect(several.exitCode).toBe(1);
  expect(several.output).toMatch(/board runs 8 times; say which:/);
  for (const { id } of runs) expect(several.output).toContain(`--id=${id}  detached`);
  expect((await json<ShownRun[]>('ps')).map(({ id }) => id).sort()).toEqual(runs.map(({ id }) => id).sort());
  await Promise.all(runs.map(({ id }) => stop(id)));
}, 240_000);

describe('SIGKILL of nx, its executor and the reaper at once, in mid-boot', () => {
  it.each(['run', 'test'])('of board:%s leaves no process and no port within two seconds', async (target) => {
    let nxPid = 0;
    let over = false;
    const ended = board(target, [], undefined, (pid) => (nxPid = pid)).finally(() => (over = true));
    while (qemus().length === 0 && !over) await sleep(5);
    expect(over).toBe(false);
    const qemu = qemus().map(({ pid }) => pid);
    const others = treeOf(nxPid).filter((pid) => !qemu.includes(pid));
    kill(others, 'SIGSTOP');
    kill(others, 'SIGKILL');
    await ended;
    expect(await remaining(base, 2000)).toEqual([]);
  });
});

describe('bad input', () => {
  it.each([
    ['stop', [], /board does not run\. Start it: nx run board:run --detach/],
    ['attach', [], /board does not run/],
    ['console', ['--id=nosuch'], /board has no run nosuch; it may have ended\. None of its runs is there/],
    ['run', ['--json'], /json is for a run with --detach/],
  ])('%s %j', async (target, args, message) => {
    const { exitCode, output } = await board(target, args);
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: expect.stringMatching(message) });
  });

  it('a QEMU that refuses its arguments', async () => {
    const { exitCode, output } = await board('run', ['--detach', '--extraArgs=-nosuch']);
    expect({ exitCode, output }).toEqual({
      exitCode: 1,
      output: expect.stringMatching(/QEMU ended before its machine was there:\n[^]*nosuch/),
    });
  });
});

it('20 boots in a row leave no process, socket, port or directory', () => bootInARow(20), 240_000);
