import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx, type NxRun } from './nx-run.js';
import { processesOf, remaining } from './processes.js';
import { snapshot } from './snapshot.js';
import { bootable } from './tiny-guest.js';

/** However a board's run ends: no QEMU, no socket, no temporary directory of it is left. With the real QEMU. */

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

let workspace: FakeWorkspace;
let base: string;
let temporary: string;

beforeAll(async () => {
  workspace = makeFakeWorkspace(tmpdir(), { changeKernel: bootable });
  base = dirname(workspace.root);
  temporary = join(base, 'tmp');
  mkdirSync(temporary);
  expect((await run('build')).exitCode).toBe(0);
  expect((await run('update')).exitCode).toBe(0);
});

afterAll(() => workspace.remove());

function configure(run: object, test: object): void {
  workspace.edit('board/project.json', ((json: Json) => {
    json.targets.run.options = { arch: 'x86_64', kernel: 'kernel', initramfs: 'rootfs', memory: 32, ...run };
    json.targets.test.options = { bootTimeout: 30, ...test };
  }) as never);
}

interface Watched {
  input?: string;
  /** Called once QEMU is there and listens: process id of nx, which is that of its group too. */
  onBooted?: (pid: number) => void;
}

async function run(target: string, { input, onBooted }: Watched = {}): Promise<NxRun> {
  let pid = 0;
  let over = false;
  // The artifacts to boot are already built. Running those tasks again would take most of the time.
  const flags = target === 'build' ? [] : ['--skip-nx-cache', '--exclude-task-dependencies'];
  const ended = nx(['run', `board:${target}`, ...flags], {
    cwd: workspace.root,
    env: { TMPDIR: temporary },
    ownGroup: true,
    input,
    onStart: (child) => (pid = child.pid!),
  }).finally(() => (over = true));
  if (onBooted) {
    while (!over && !(qemus().length === 1 && runDirectories().some(hasSocket))) await sleep(25);
    if (over) throw new Error(`ended before QEMU was there:\n${(await ended).output}`);
    onBooted(pid);
  }
  return ended;
}

const hasSocket = (directory: string) => existsSync(join(temporary, directory, 'qmp'));
const qemus = () => processesOf(base).filter(({ argv }) => argv.startsWith('qemu-system-x86_64 '));
const runDirectories = () => readdirSync(temporary).filter((name) => name.startsWith('bringup-'));

async function expectNothingLeft(before: Record<string, string>): Promise<void> {
  expect(await remaining(base)).toEqual([]);
  expect(runDirectories()).toEqual([]);
  expect(snapshot(workspace.root, ['dist/kernel', 'dist/rootfs', 'bringup.lock'])).toEqual(before);
}

const artifacts = () => snapshot(workspace.root, ['dist/kernel', 'dist/rootfs', 'bringup.lock']);

interface Ending {
  how: string;
  target: 'test' | 'run';
  run?: object;
  test?: object;
  input?: string;
  exitCode: number;
  says: RegExp;
}

const ENDINGS: Ending[] = [
  { how: 'success', target: 'test', exitCode: 0, says: /board: ready after .* 0 commands passed/ },
  {
    how: 'failure',
    target: 'test',
    test: { commands: ['true'] },
    exitCode: 1,
    says: /QEMU ended with exit code 0 during command 1/,
  },
  {
    how: 'time-out',
    target: 'test',
    test: { readyPattern: 'never', bootTimeout: 1 },
    exitCode: 1,
    says: /boot took longer than 1000 ms/,
  },
  {
    how: 'QEMU refusing its arguments',
    target: 'test',
    run: { extraArgs: ['-nonsense'] },
    exitCode: 1,
    says: /-nonsense: invalid option/,
  },
  { how: 'success', target: 'run', input: '\n', exitCode: 0, says: /ready/ },
  {
    how: 'QEMU refusing its arguments',
    target: 'run',
    run: { extraArgs: ['-nonsense'] },
    exitCode: 1,
    says: /QEMU ended with exit code 1/,
  },
];

it.each(ENDINGS)('after $how of board:$target nothing is left', async (ending) => {
  configure(ending.run ?? {}, { commands: [], ...ending.test });
  const before = artifacts();
  const { output, exitCode } = await run(ending.target, { input: ending.input });
  expect(output).toMatch(ending.says);
  expect(exitCode).toBe(ending.exitCode);
  await expectNothingLeft(before);
});

/** `-`: to the whole process group, as the terminal and `kill -- -PGID` do. */
const SIGNALS: [string, (pid: number) => void][] = [
  ['Ctrl-C', (pid) => process.kill(-pid, 'SIGINT')],
  ['SIGINT of nx alone', (pid) => process.kill(pid, 'SIGINT')],
  ['a closed terminal', (pid) => process.kill(-pid, 'SIGHUP')],
  ['SIGTERM', (pid) => process.kill(pid, 'SIGTERM')],
  ['SIGTERM of the group', (pid) => process.kill(-pid, 'SIGTERM')],
  ['SIGKILL', (pid) => process.kill(pid, 'SIGKILL')],
  ['SIGKILL of the group', (pid) => process.kill(-pid, 'SIGKILL')],
];

describe.each(['test', 'run'])('board:%s', (target) => {
  it.each(SIGNALS)('after %s nothing is left', async (_name, signal) => {
    configure({}, { readyPattern: 'never', bootTimeout: 60 });
    const before = artifacts();
    let sent = 0;
    const result = await run(target, {
      onBooted: (pid) => {
        sent = Date.now();
        signal(pid);
      },
    });
    expect(result.exitCode).not.toBe(0);
    expect(Date.now() - sent).toBeLessThan(5000);
    await expectNothingLeft(before);
  });
});
