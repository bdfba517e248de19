import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx } from './nx-run.js';
import { kill, processesOf, remaining } from './processes.js';
import { Terminal } from './terminal.js';
import { bootable } from './tiny-guest.js';

/** `run --watch`: a save builds and boots again. With the real nx and QEMU, on a terminal and without one. */

let workspace: FakeWorkspace;
let base: string;
let linux: string;
let temporary: string;
let terminal: Terminal;

beforeAll(async () => {
  workspace = makeFakeWorkspace(tmpdir(), { changeKernel: bootable });
  base = dirname(workspace.root);
  temporary = join(base, 'tmp');
  mkdirSync(temporary);
  linux = join(base, 'linux');
  cpSync(join(base, 'sources/fake-kernel'), linux, { recursive: true });
  workspace.edit('kernel/project.json', (({ targets }: Json) =>
    Object.assign(targets.build.options, { source: { kind: 'directory', path: '../linux' } })) as never);
  setMemory(32);
  // QEMU writes a line for each interrupt, all the time.
  workspace.edit('board/project.json', (({ targets }: Json) =>
    Object.assign(targets.run.options, { extraArgs: ['-d', 'int', '-D', 'board/qemu.log'] })) as never);
  // The lock's entry of QEMU would be written by the first run, and be a save.
  const made = await nx(['run-many', '-t', 'build', 'update', '-p', 'board'], { cwd: workspace.root });
  expect(made).toMatchObject({ exitCode: 0 });
  terminal = new Terminal(workspace.root, { TMPDIR: temporary });
});
afterEach(async () => {
  terminal.close();
  const left = await remaining(base);
  kill(
    left.map(({ pid }) => pid),
    'SIGKILL',
  );
  expect(left).toEqual([]);
  expect(readdirSync(temporary).filter((name) => name.startsWith('bringup-'))).toEqual([]);
});
afterAll(() => workspace.remove());

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

const setMemory = (memory: number) =>
  workspace.edit('board/project.json', (({ targets }: Json) =>
    Object.assign(targets.run.options, { memory })) as never);

const qemus = () => processesOf(base).filter(({ argv }) => argv.startsWith('qemu-system-x86_64 '));

/** Changes the text that the guest prints. */
function edit(from: string, to: string): void {
  const guest = join(linux, 'guest.S');
  writeFileSync(guest, readFileSync(guest, 'utf8').replace(from, to));
}

/** Starts the run without a terminal; `until` waits for the next output that matches, behind that of the last call. */
function watch() {
  let output = '';
  let read = 0;
  let child: ChildProcess | undefined;
  const ended = nx(['run', 'board:run', '--watch'], {
    cwd: workspace.root,
    env: { TMPDIR: temporary },
    outputStyle: 'stream',
    ownGroup: true,
    onStart: (started) => (child = started),
    onOutput: (all) => (output = all),
  });
  const until = async (pattern: RegExp) => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const found = pattern.exec(output.slice(read));
      if (found) return void (read += found.index + found[0].length);
      if (Date.now() > deadline) throw new Error(`${String(pattern)} did not appear:\n${output.slice(read)}`);
      await sleep(50);
    }
  };
  return { until, ended, interrupt: () => process.kill(-child!.pid!, 'SIGINT') };
}

it('builds at each save, and boots again when what the guest boots from has changed', async () => {
  const { until, ended, interrupt } = watch();
  await until(/board: watching \.\.\/linux, .*\n[^]*?ready/);
  const [guest] = qemus();
  mkdirSync(join(linux, 'Documentation'));
  writeFileSync(join(linux, 'Documentation/edited.rst'), 'text\n');
  await until(/Documentation.* saved: building\n[^]*?the boot files are unchanged: the guest keeps running/);
  edit('mov $text', 'nosuch $text');
  await until(/no such instruction[^]*?the build failed: the guest keeps running, the next save rebuilds/);
  expect(qemus()).toEqual([guest]);
  edit('nosuch $text', 'mov $text');
  edit('ready', 'edited');
  setMemory(48);
  await until(/guest\.S.* were saved: building\n[^]*?booting again\n[^]*?edited/);
  expect(qemus()).toEqual([expect.objectContaining({ argv: expect.stringContaining(' -m 48M ') })]);
  edit('edited', 'later');
  await until(/saved: building\n/);
  interrupt();
  expect((await ended).output).not.toMatch(/qemu\.log.* saved/);
}, 240_000);

it('hands the terminal from one guest to the next', async () => {
  terminal.start('board:run', '--watch');
  await terminal.until(/^later/m);
  await terminal.keys('C-a', 'x');
  await terminal.until(/board: the guest has ended/m);
  edit('later', 'again');
  await terminal.until(/^again/m);
  await terminal.keys('C-j'); // The guest resets the PC when it is sent a line.
  // Not the first guest's line, which the screen still shows.
  await terminal.until(/^again[^]*board: the guest has ended/m);
  await terminal.keys('C-c');
  await terminal.untilEnded();
  while (processesOf(base).some(({ argv }) => !argv.startsWith('tmux '))) await sleep(50);
}, 120_000);

it('is refused together with --detach', async () => {
  const { exitCode, output } = await nx(
    ['run', 'board:run', '--watch', '--detach', '--excludeTaskDependencies'],
    { cwd: workspace.root, env: { TMPDIR: temporary } },
  );
  expect({ exitCode, output }).toEqual({ exitCode: 1, output: expect.stringMatching(/give one of the two/) });
});
