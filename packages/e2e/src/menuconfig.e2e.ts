import { cpSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringupHome } from '@bringup/kbuild';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx, REPOSITORY } from './nx-run.js';
import { Terminal } from './terminal.js';

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

describe('menuconfig', () => {
  let workspace: FakeWorkspace;
  let terminal: Terminal;
  const fragment = () => workspace.read('kernel/b.config');

  beforeAll(async () => {
    workspace = makeFakeWorkspace(tmpdir());
    terminal = new Terminal(workspace.root);
    const { exitCode, output } = await nx(['run', 'kernel:config'], { cwd: workspace.root });
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  });
  afterAll(() => {
    terminal.close();
    workspace.remove();
  });

  it('writes the smallest change into the last fragment, comments kept', async () => {
    terminal.start('kernel:menuconfig');
    await terminal.until(/ext4/);
    // ext4 off: its line changes. network on: a line is added. Then out, and save.
    await terminal.keys('n'); // the highlighted first entry is printk, whose line is in the other fragment
    await terminal.keys('y', 'Down', 'y');
    await terminal.keys('Escape', 'Escape');
    await terminal.until(/save/i);
    await terminal.keys('Enter');
    await terminal.until(/ran target menuconfig/);
    expect(fragment()).toBe('# the second\nCONFIG_BLOCK=y\nCONFIG_EXT4_FS=y\nCONFIG_NET=y\n');
    expect(workspace.read('dist/kernel/.config')).toContain('CONFIG_NET=y');
  }, 120_000);

  it('changes nothing when nothing was changed', async () => {
    const before = fragment();
    terminal.start('kernel:menuconfig');
    await terminal.until(/ext4/);
    await terminal.keys('Escape', 'Escape');
    await terminal.until(/ran target menuconfig/);
    expect(terminal.screen()).toContain('nothing was changed');
    expect(fragment()).toBe(before);
  }, 120_000);

  it('says that it needs a terminal', async () => {
    const { exitCode, output } = await nx(['run', 'kernel:menuconfig'], { cwd: workspace.root });
    expect(exitCode).not.toBe(0);
    expect(output).toContain('menuconfig needs a terminal');
  });
});

/** The real kernel's: found by its search, switched on, and back to the same `.config` from the fragment. */
describe('menuconfig of Linux 6.1', () => {
  const FRAGMENT = '# what a board needs\r\nCONFIG_PRINTK=y\r\n\r\n# its console\r\nCONFIG_TTY=y\r\n';
  const environment = { BRINGUP_HOME: bringupHome() };
  let workspace: FakeWorkspace;
  let terminal: Terminal;

  beforeAll(async () => {
    workspace = makeFakeWorkspace(tmpdir());
    terminal = new Terminal(workspace.root, environment);
    cpSync(join(REPOSITORY, 'bringup.lock'), join(workspace.root, 'bringup.lock'), { recursive: true });
    workspace.write('kernel/b.config', FRAGMENT);
    workspace.edit('kernel/project.json', ((json: Json) => {
      const source = { kind: 'debian-package', package: 'linux-source-6.1' };
      Object.assign(json.targets.build.options, { arch: 'arm64', source });
    }) as never);
    const { exitCode, output } = await nx(['run', 'kernel:config'], {
      cwd: workspace.root,
      env: environment,
    });
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  }, 300_000);
  afterAll(() => {
    terminal.close();
    workspace.remove();
  });

  it('brings a change into the fragment that leads to the same .config', async () => {
    terminal.start('kernel:menuconfig');
    await terminal.until(/General setup/, 240);
    await terminal.keys('/');
    await terminal.until(/Search Configuration Parameter/);
    await terminal.keys('^BLK_DEV_INITRD$', 'Enter');
    await terminal.until(/Symbol: BLK_DEV_INITRD/);
    await terminal.keys('1');
    await terminal.until(/\[ \] Initial RAM filesystem/);
    await terminal.keys('y');
    await terminal.until(/\[\*\] Initial RAM filesystem/);
    await terminal.keys('Escape', 'Escape');
    await terminal.until(/Symbol: BLK_DEV_INITRD/);
    await terminal.keys('Escape', 'Escape');
    await terminal.until(/General setup/);
    await terminal.keys('Escape', 'Escape');
    await terminal.until(/save/i);
    await terminal.keys('Enter');
    await terminal.until(/ran target menuconfig/, 240);

    const fragment = workspace.read('kernel/b.config');
    expect(fragment).toBe(`${FRAGMENT}CONFIG_BLK_DEV_INITRD=y\r\n`);
    const left = workspace.read('dist/kernel/.config');
    expect(left).toContain('CONFIG_BLK_DEV_INITRD=y\n');
    for (const path of ['dist/kernel', '.bringup/build/kernel'])
      rmSync(join(workspace.root, path), { recursive: true });
    const again = await nx(['run', 'kernel:config', '--skipNxCache'], {
      cwd: workspace.root,
      env: environment,
    });
    expect(again.exitCode).toBe(0);
    expect(workspace.read('dist/kernel/.config')).toBe(left);
    expect(workspace.read('kernel/b.config')).toBe(fragment);
  }, 900_000);
});
