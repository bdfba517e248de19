import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { inWorkspace, userEnvironment } from './generated-boards.js';
import { GUARDED, LOCKED, logIn, REFUSED, ROOT_PROMPT, USER_PROMPT } from './login.js';
import { nx, REPOSITORY } from './nx-run.js';
import { Terminal } from './terminal.js';

/** BusyBox from its real source: linked dynamically, configured by its own menuconfig, and used to log in. */
const MINUTES = 60_000;
const SOURCE = { kind: 'debian-source', package: 'busybox' };
const FRAGMENT = readFileSync(join(REPOSITORY, 'examples/busybox/busybox.config'), 'utf8');

let workspace: FakeWorkspace;
let terminal: Terminal;

const json = (path: string, value: unknown) => workspace.write(path, JSON.stringify(value, null, 2));
const target = (executor: string, options: object) => ({ executor: `@bringup/nx:${executor}`, options });
const project = (name: string, targets: object) => json(`${name}/project.json`, { name, targets });

/** Runs one task over artifacts that were built before. */
const alone = (...args: string[]) => inWorkspace(workspace, ['run', ...args, '--excludeTaskDependencies']);

/** The demo's kernel and BusyBox, which other tests build too, under their names in this workspace. */
async function takeDemo(): Promise<void> {
  const build = ['run-many', '-t', 'build', '-p', 'kernel', 'busybox'];
  const { exitCode, output } = await nx(build, { cwd: REPOSITORY, env: userEnvironment() });
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  for (const [from, to] of [
    ['kernel', 'kernel'],
    ['busybox', 'static'],
  ] as const)
    cpSync(join(REPOSITORY, 'dist', from), join(workspace.root, 'dist', to), { recursive: true });
}

beforeAll(async () => {
  workspace = makeFakeWorkspace(tmpdir());
  terminal = new Terminal(workspace.root, userEnvironment());
  cpSync(join(REPOSITORY, 'bringup.lock'), join(workspace.root, 'bringup.lock'), { recursive: true });
  workspace.write('busybox/busybox.config', FRAGMENT);
  const fragments = ['{projectRoot}/busybox.config'];
  project('busybox', {
    build: target('busybox', { arch: 'arm64', source: SOURCE, static: false, fragments }),
  });
  project('static', { build: target('busybox', { arch: 'arm64', source: SOURCE }) });
  const source = { kind: 'debian-package', package: 'linux-source-6.1' };
  project('kernel', { build: target('kernel', { arch: 'arm64', source }) });
  await takeDemo();
}, 40 * MINUTES);
afterAll(() => {
  terminal?.close();
  workspace?.remove();
});

describe('BusyBox with static: false', () => {
  const LIBRARIES = ['ld-linux-aarch64.so.1', 'libc.so.6', 'libm.so.6', 'libresolv.so.2'];

  beforeAll(async () => {
    project('rootfs', { build: target('initramfs', { arch: 'arm64', busybox: 'busybox' }) });
    project('board', {
      run: target('qemu', { arch: 'arm64', kernel: 'kernel', initramfs: 'rootfs' }),
      test: {
        options: {
          commands: [
            // The loader itself lists the libraries that it loads: ldd is a script around this.
            ...LIBRARIES.slice(1).map((name) => ({
              run: '/lib/ld-linux-aarch64.so.1 --list /bin/busybox',
              expect: `^\\s*${name.replaceAll('.', '\\.')} => /lib/${name.replaceAll('.', '\\.')} \\(0x`,
            })),
            { run: 'cat /proc/1/maps', expect: ' r-xp .* /lib/libc\\.so\\.6$' },
            { run: 'readlink /proc/1/exe', expect: '^/bin/busybox$' },
          ],
        },
      },
    });
    await inWorkspace(workspace, ['run', 'rootfs:build']);
  }, 20 * MINUTES);

  it('brings its loader and the libraries that this loads, and no others', () => {
    const list = execFileSync('tar', ['--list', '--file', join(workspace.root, 'dist/busybox/busybox.tar')], {
      encoding: 'utf8',
    });
    const libraries = list.split('\n').flatMap((path) => /^(?:\.\/)?lib\/(.+)$/.exec(path)?.[1] ?? []);
    expect(libraries.sort()).toEqual(LIBRARIES);
    const configuration = workspace.read('dist/busybox/.config');
    expect(configuration).toMatch(/^# CONFIG_STATIC is not set$/m);
  });

  it(
    'boots, its first process on the C library of the initramfs',
    () => alone('board:test', '--bootTimeout=120'),
    5 * MINUTES,
  );
});

describe("BusyBox's own menuconfig", () => {
  it('brings a change into the fragment that leads to the same .config', async () => {
    await inWorkspace(workspace, ['run', 'busybox:config']);
    terminal.start('busybox:menuconfig');
    // The editor is compiled on first use.
    await terminal.until(/Settings +--->/, 600);
    await terminal.keys('Enter');
    await terminal.until(/\[\*\] Desktop compatibility/);
    await terminal.keys('n');
    await terminal.until(/\[ \] Desktop compatibility/);
    await terminal.keys('Escape', 'Escape');
    await terminal.until(/Settings +--->/);
    await terminal.keys('Escape', 'Escape');
    await terminal.until(/save/i);
    await terminal.keys('Enter');
    await terminal.until(/ran target menuconfig/, 600);

    expect(workspace.read('busybox/busybox.config')).toBe(`${FRAGMENT}# CONFIG_DESKTOP is not set\n`);
    const left = workspace.read('dist/busybox/.config');
    expect(left).toMatch(/^# CONFIG_DESKTOP is not set$/m);
    for (const path of ['dist/busybox', '.bringup/build/busybox'])
      rmSync(join(workspace.root, path), { recursive: true });
    await inWorkspace(workspace, ['run', 'busybox:config', '--skipNxCache']);
    expect(workspace.read('dist/busybox/.config')).toBe(left);
  }, 1_800_000);
});

describe('getty on the console of the board', () => {
  beforeAll(async () => {
    const initramfs = { arch: 'arm64', busybox: 'static', ...GUARDED };
    project('guarded', { build: target('initramfs', initramfs) });
    const board = { arch: 'arm64', kernel: 'kernel', initramfs: 'guarded' };
    project('guarded-board', { run: target('qemu', board) });
    await alone('guarded:build');
  }, 5 * MINUTES);

  it(
    'refuses a wrong password and a locked user, and lets root and another user in by theirs',
    async () => {
      terminal.start('guarded-board:run', '--excludeTaskDependencies');
      await logIn(terminal, ['tux', 'emperor'], REFUSED);
      await logIn(terminal, ['locked', ''], LOCKED);
      await logIn(terminal, ['root', 'emperor penguin'], REFUSED);
      await logIn(terminal, ['root', 'correct horse'], ROOT_PROMPT);
      await terminal.type('clear; id; tty; ls -l /etc/shadow');
      await terminal.until(/^uid=0\(root\) gid=0\(root\)[^]*~ # *\s*(?![^])/, 240);
      expect(terminal.screen()).toMatch(/^\/dev\/ttyAMA0$/m);
      expect(terminal.screen()).toMatch(/^-rw------- +1 root +root .* \/etc\/shadow$/m);
      await terminal.type('clear; exit');
      await logIn(terminal, ['tux', 'emperor penguin'], USER_PROMPT);
      await terminal.type('clear; id; pwd; tty; cat /etc/shadow');
      await terminal.until(/Permission denied\s+~ \$ *\s*(?![^])/, 240);
      expect(terminal.screen()).toMatch(/^uid=1000\(tux\) gid=1000\(tux\)/m);
      expect(terminal.screen()).toMatch(/^\/home\/tux\n\/dev\/ttyAMA0$/m);
      await terminal.type('clear; exit');
      await logIn(terminal, ['root', ''], REFUSED);
      await terminal.keys('C-a', 'x');
      await terminal.until(/ran target run/);
    },
    30 * MINUTES,
  );
});
