import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx, nxEnvironment } from './nx-run.js';

/** The real menuconfig in a real terminal: keys typed by tmux, the screen read back. */
const SOCKET = `bringup-e2e-${process.pid}`;
const tmux = (...args: string[]) => execFileSync('tmux', ['-L', SOCKET, ...args], { encoding: 'utf8' });
const screen = () => tmux('capture-pane', '-p', '-t', 'edit');

async function until(pattern: RegExp): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (pattern.test(screen())) return;
    await sleep(200);
  }
  throw new Error(`${String(pattern)} did not appear on the screen:\n${screen()}`);
}

async function keys(...names: string[]): Promise<void> {
  for (const name of names) {
    tmux('send-keys', '-t', 'edit', name);
    await sleep(400);
  }
}

describe('menuconfig', () => {
  let workspace: FakeWorkspace;
  const fragment = () => readFileSync(join(workspace.root, 'kernel/b.config'), 'utf8');

  beforeAll(async () => {
    workspace = makeFakeWorkspace(tmpdir());
    const { exitCode, output } = await nx(['run', 'kernel:config'], { cwd: workspace.root });
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  });
  afterAll(() => tmux('kill-server'));

  function start(...args: string[]): void {
    const environment = Object.entries({ ...nxEnvironment(workspace.root), TERM: 'xterm' });
    const nxBin = join(workspace.root, 'node_modules/nx/dist/bin/nx.js');
    const command = [
      'env',
      '-i',
      ...environment.map(([name, value]) => `${name}=${value}`),
      process.execPath,
      nxBin,
    ];
    tmux(
      'new-session',
      '-d',
      '-s',
      'edit',
      '-x',
      '100',
      '-y',
      '30',
      '-c',
      workspace.root,
      ...command,
      'run',
      'kernel:menuconfig',
      ...args,
    );
    tmux('set-option', '-t', 'edit', 'remain-on-exit', 'on');
  }

  it('writes the smallest change into the last fragment, comments kept', async () => {
    start();
    await until(/ext4/);
    // ext4 off: its line changes. network on: a line is added. Then out, and save.
    await keys('n'); // the highlighted first entry is printk, whose line is in the other fragment
    await keys('y', 'Down', 'y');
    await keys('Escape', 'Escape');
    await until(/save/i);
    await keys('Enter');
    await until(/ran target menuconfig/);
    expect(fragment()).toBe('# the second\nCONFIG_BLOCK=y\nCONFIG_EXT4_FS=y\nCONFIG_NET=y\n');
    expect(readFileSync(join(workspace.root, 'dist/kernel/.config'), 'utf8')).toContain('CONFIG_NET=y');
    tmux('kill-session', '-t', 'edit');
  }, 120_000);

  it('changes nothing when nothing was changed', async () => {
    const before = fragment();
    start();
    await until(/ext4/);
    await keys('Escape', 'Escape');
    await until(/ran target menuconfig/);
    expect(screen()).toContain('nothing was changed');
    expect(fragment()).toBe(before);
  }, 120_000);

  it('says that it needs a terminal', async () => {
    const { exitCode, output } = await nx(['run', 'kernel:menuconfig'], { cwd: workspace.root });
    expect(exitCode).not.toBe(0);
    expect(output).toContain('menuconfig needs a terminal');
  });

  it('has savedefconfig beside it', async () => {
    const { exitCode, output } = await nx(['run', 'kernel:savedefconfig'], { cwd: workspace.root });
    expect(exitCode).toBe(0);
    expect(output).toContain('CONFIG_PRINTK=y\nCONFIG_NET=y\nCONFIG_BLOCK=y\nCONFIG_EXT4_FS=y\n');
    expect(output).not.toContain('NR_CPUS');
  });
});
