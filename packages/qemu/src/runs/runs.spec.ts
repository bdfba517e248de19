import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import fsPromises from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identifyProcess, pidNamespace, startProgram, type RunningProgram } from '@bringup/process';
import { planMachine } from '../machine/machine.js';
import { runDetached } from './run-detached.js';
import { createRun, listRuns, pathsOf, runsParent, withRun } from './run-directory.js';
import { started, writeRecord, type Run, type RunRecord } from './run-record.js';
import { runsOf, selectRun } from './select-run.js';
import { stopRun } from './stop-run.js';

let base: string;
const saved = { ...process.env };
const programs: RunningProgram[] = [];
const servers: Server[] = [];

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'bringup-runs-spec-')));
  process.env.XDG_RUNTIME_DIR = base;
});
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop();
  for (const server of servers.splice(0)) server.close();
  process.env = { ...saved };
  rmSync(base, { recursive: true });
});

const left = () => readdirSync(base);
const subject = () => ({ board: 'pc', workspace: base });

/** A run whose QEMU is a sleep. */
async function fakeRun(board = 'pc', argv: [string, ...string[]] = ['sleep', '60']): Promise<Run> {
  const run = await createRun('detached', { board, workspace: base });
  const program = await startProgram(argv);
  programs.push(program);
  const record = started(run.record, program.pid, { argv });
  await writeRecord(run.directory, record);
  return { directory: run.directory, record };
}

const edit = (run: Run, change: Partial<RunRecord>) =>
  writeRecord(run.directory, { ...run.record, ...change });
const GONE = { pid: process.pid, started: 'another boot:1' };

describe('the directory of a run', () => {
  it("is its user's alone, below XDG_RUNTIME_DIR, and gone afterwards", async () => {
    await withRun('test', subject(), async ({ directory, record }) => {
      expect(directory).toBe(join(base, `bringup-qemu-${record.id}`));
      expect(statSync(directory).mode & 0o777).toBe(0o700);
    });
    expect(left()).toEqual([]);
  });

  it('is below the next place when one is not ours, or too long for a socket', () => {
    const long = join(base, 'x'.repeat(90));
    mkdirSync(long);
    for (const XDG_RUNTIME_DIR of ['', 'run', '/nonexistent/run', join(base, 'file'), long, undefined])
      expect(runsParent({ XDG_RUNTIME_DIR }, '/var/tmp')).toBe('/var/tmp');
    expect(runsParent({ XDG_RUNTIME_DIR: base }, '/var/tmp')).toBe(base);
    expect(runsParent({}, long)).toBe('/tmp');
  });

  it('that cannot be made is an error that says where', async () => {
    await expect(createRun('test', {}, join(base, 'missing'))).rejects.toMatchObject({
      code: 'RUN_DIRECTORY',
      message: expect.stringMatching(/missing: .*XDG_RUNTIME_DIR or TMPDIR/),
    });
  });
});

describe('leftovers', () => {
  it('of a killed run go, those of a living one stay', async () => {
    const dead = await fakeRun();
    const reused = await fakeRun();
    const alive = await fakeRun();
    const elsewhere = await fakeRun();
    await edit(dead, { owner: GONE, qemu: { pid: 2 ** 22 + 1, started: 'x' } });
    await edit(reused, { owner: GONE, qemu: { ...reused.record.qemu!, started: 'another boot:1' } });
    await edit(elsewhere, { namespace: 'pid:[1]', owner: GONE, qemu: undefined });
    expect((await listRuns()).map(({ directory }) => directory)).toEqual([alive.directory]);
    expect(left().sort()).toEqual([alive, elsewhere].map(({ record }) => `bringup-qemu-${record.id}`).sort());
  });

  it.each(['', '{', 'null', '[]', '{"version":1,"id":"x","owner":{"pid":-1}}'])(
    'with the record %j go',
    async (text) => {
      const directory = join(base, 'bringup-qemu-broken');
      mkdirSync(directory);
      writeFileSync(join(directory, 'run.json'), text);
      expect(await listRuns()).toEqual([]);
      expect(left()).toEqual([]);
    },
  );
});

describe('a run whose record is read', () => {
  const { readFile } = fsPromises;
  afterEach(() => jest.restoreAllMocks());

  it('just before it gets another owner and its first one ends stays', async () => {
    const run = await createRun('detached', subject());
    const starter = await startProgram(['sleep', '60']);
    const qemu = await startProgram(['sleep', '60']);
    programs.push(qemu);
    await edit(run, { owner: identifyProcess(starter.pid)! });
    jest.spyOn(fsPromises, 'readFile').mockImplementationOnce((async (
      ...args: Parameters<typeof readFile>
    ) => {
      const text = await readFile(...args);
      await edit(run, { owner: identifyProcess(process.pid)!, qemu: identifyProcess(qemu.pid)! });
      await starter.stop();
      return text;
    }) as typeof readFile);
    expect((await listRuns()).map(({ directory }) => directory)).toEqual([run.directory]);
    expect(existsSync(run.directory)).toBe(true);
  });

  it.each(['EMFILE', 'EIO', 'EACCES'])('stays when reading fails with %s', async (code) => {
    const run = await fakeRun();
    jest.spyOn(fsPromises, 'readFile').mockRejectedValueOnce(Object.assign(new Error(code), { code }));
    expect(await listRuns()).toEqual([]);
    expect((await listRuns()).map(({ directory }) => directory)).toEqual([run.directory]);
  });
});

it('a directory that is being made stays while its maker lives, whatever the clock says, and no longer', async () => {
  const own = identifyProcess(process.pid)!.started.split(':').pop();
  const namespace = pidNamespace().replace(/\D/g, '');
  const name = (...words: unknown[]) => `bringup-making-${words.join('-')}-abcdef`;
  const kept = [name(process.pid, own, namespace), name(2 ** 22 + 1, own, '1')];
  const gone = [name(process.pid, Number(own) + 1, namespace), name(2 ** 22 + 1, own, namespace)];
  for (const made of [...kept, ...gone]) {
    mkdirSync(join(base, made));
    utimesSync(join(base, made), 0, 0);
  }
  expect(await listRuns()).toEqual([]);
  expect(left().sort()).toEqual(kept.sort());
});

describe('selectRun', () => {
  it('takes the only one, or the one that is named', async () => {
    await expect(selectRun(subject(), undefined)).rejects.toMatchObject({
      code: 'NOT_RUNNING',
      message: expect.stringContaining('nx run pc:run --detach'),
    });
    const first = await fakeRun();
    await fakeRun('other');
    expect((await selectRun(subject(), undefined)).record).toEqual(first.record);
    const second = await fakeRun();
    expect((await runsOf(subject())).map(({ record }) => record.id)).toEqual([
      first.record.id,
      second.record.id,
    ]);
    await expect(selectRun(subject(), undefined)).rejects.toMatchObject({
      code: 'SEVERAL_RUNS',
      message: expect.stringMatching(`--id=${first.record.id}.*[^]*--id=${second.record.id}`),
    });
    expect((await selectRun(subject(), second.record.id)).record).toEqual(second.record);
    await expect(selectRun(subject(), '../etc')).rejects.toMatchObject({
      code: 'NO_SUCH_RUN',
      message: expect.stringContaining(first.record.id),
    });
  });
});

/** Answers on a run's QMP socket, and reports the commands that it receives. */
async function qmp({ directory }: Run, onCommand: (command: string) => void): Promise<void> {
  const server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', (text) => {
        const { execute, id } = JSON.parse(String(text)) as { execute: string; id: number };
        if (execute !== 'qmp_capabilities') onCommand(execute);
        socket.write(`{"return": {}, "id": ${id}}\n`);
      });
    socket.write('{"QMP": {}}\n');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(pathsOf(directory).qmpSocket, resolve));
}

describe('stopRun', () => {
  it.each([
    ['power-down', 'system_powerdown', ['system_powerdown'], 5_000],
    ['quit', 'quit', ['system_powerdown', 'quit'], 100],
    ['quit', 'quit', ['quit'], 0],
    ['kill', 'never', ['system_powerdown', 'quit'], 100],
  ])('%s, when QEMU obeys %s', async (method, obeyed, expected, timeout) => {
    const run = await fakeRun();
    const told: string[] = [];
    await qmp(run, (command) => {
      told.push(command);
      if (command === obeyed) process.kill(run.record.qemu!.pid, 'SIGKILL');
    });
    expect(await stopRun(run, timeout)).toBe(method);
    expect(told).toEqual(expected);
    expect(left()).toEqual([]);
  });

  it('never kills a process that only has the number', async () => {
    const run = await fakeRun();
    const stale = {
      ...run,
      record: { ...run.record, qemu: { ...run.record.qemu!, started: 'another boot:1' } },
    };
    rmSync(run.directory, { recursive: true });
    await stopRun(stale, 0);
    expect(() => process.kill(run.record.qemu!.pid, 0)).not.toThrow();
  });
});

describe('runDetached with the real QEMU', () => {
  const plan = (
    paths: { qmpSocket: string; consoleSocket: string; consoleLog: string },
    extraArgs: string[] = [],
  ) =>
    planMachine({
      ...{ arch: 'x86_64', accel: 'tcg', memoryMiB: 8, console: 'socket', ...paths },
      boot: { via: 'kernel', kernel: '/nonexistent' },
      ...{ extraArgs },
    });

  it('leaves nothing of a QEMU that refuses its arguments, and says what it said', async () => {
    await expect(runDetached((paths) => plan(paths), { subject: subject() })).rejects.toMatchObject({
      code: 'QEMU_FAILED',
      message: expect.stringContaining('/nonexistent'),
    });
    expect(left()).toEqual([]);
  });

  it('names the package of a QEMU that is missing', async () => {
    const run = runDetached(() => ({ argv: ['/nowhere/qemu-system-x86_64'] }), { subject: subject() });
    await expect(run).rejects.toMatchObject({ code: 'TOOL_MISSING' });
    expect(left()).toEqual([]);
  });

  it('starts one that is listed, and stops it', async () => {
    const run = await runDetached(
      ({ qmpSocket, consoleSocket, consoleLog }) => ({
        argv: [
          ...(['qemu-system-x86_64', '-M', 'none', '-display', 'none', '-nodefaults'] as const),
          ...['-qmp', `unix:${qmpSocket},server=on,wait=off`],
          ...['-chardev', `socket,id=c,path=${consoleSocket},server=on,wait=off,logfile=${consoleLog}`],
        ],
      }),
      { subject: subject() },
    );
    expect((await runsOf(subject())).map(({ record }) => record)).toEqual([run.record]);
    expect(existsSync(pathsOf(run.directory).consoleLog)).toBe(true);
    expect(await stopRun(run, 0)).toBe('quit');
    expect(left()).toEqual([]);
  });
});
