import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARCHITECTURES } from '@bringup/process';
import { makeBareWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { DIRECT, inWorkspace } from './generated-boards.js';
import { expectPreset } from './preset-claims.js';

/**
 * The architectures whose kernel QEMU loads: generated, built, booted, debugged. One kernel of each, with debug information; the
 * compilers are those of `npm run test:deep`.
 */
jest.setTimeout(3_600_000);

type Direct = keyof typeof DIRECT;

/** QEMU translates, and prints warnings of what it cannot: a boot takes some 10 s on an idle machine. */
const BOOT_SECONDS = 300;

let workspace: FakeWorkspace;
beforeAll(() => {
  workspace = makeBareWorkspace();
});
afterAll(() => workspace.remove());

const run = (project: string, target: string, ...more: string[]) =>
  inWorkspace(workspace, ['run', `${project}:${target}`, ...more]);
const built = (path: string) => readFileSync(join(workspace.root, 'dist', path), 'utf8');

/** For a guest of big-endian byte order: file systems of a disk, a module of an initramfs. */
const MORE = `CONFIG_VFAT_FS=y
CONFIG_NLS_CODEPAGE_437=y
CONFIG_NLS_ISO8859_1=y
CONFIG_BLK_DEV=y
CONFIG_BLK_DEV_LOOP=m
CONFIG_MODULE_UNLOAD=y
`;

/** Debian 12 has no compiler for loongarch64. */
const compilable = (arch: Direct) =>
  spawnSync(`${ARCHITECTURES[arch].triple}-gcc`, ['--version'], { stdio: 'ignore' }).status === 0;
const [HERE, ELSEWHERE] = [true, false].map((here) =>
  (Object.keys(DIRECT) as Direct[]).filter((arch) => compilable(arch) === here),
) as [Direct[], Direct[]];

it('says which Debian has a compiler that this one lacks', async () => {
  expect(['loongarch64']).toEqual(expect.arrayContaining(ELSEWHERE));
  for (const arch of ELSEWHERE) {
    await inWorkspace(workspace, ['g', '@bringup/nx:board', arch, `--arch=${arch}`]);
    const { output } = await inWorkspace(workspace, ['run', `kernel-${arch}:config`], 1);
    const { triple, debianSince } = ARCHITECTURES[arch];
    expect(output).toContain(
      `${triple}-gcc: program not found in PATH. Install it: apt-get install gcc-${triple} (Debian ${debianSince} and newer)`,
    );
  }
});

describe.each(HERE)('%s', (arch) => {
  beforeAll(async () => {
    workspace.write('more.config', MORE);
    const own = ['--fragments=preset:debug', '--fragments=more.config'];
    await inWorkspace(workspace, ['g', '@bringup/nx:board', arch, `--arch=${arch}`, ...own]);
  });

  it('boots to what uname says, and switches itself off', async () => {
    await run(arch, 'test', `--bootTimeout=${BOOT_SECONDS}`);
    expectPreset(built(`kernel-${arch}/.config`), `qemu-${arch}`);
    const { commands } = JSON.parse(built(`${arch}/test.json`)) as { commands: { output: string }[] };
    expect(commands[0]!.output.trim()).toBe(ARCHITECTURES[arch].uname);
    // Linux's last words before it switches off; a mainframe's console does not show them any more.
    if (arch !== 's390x') expect(built(`${arch}/console.log`)).toMatch(/reboot: Power down/);
  });

  it('stops in start_kernel', async () => {
    workspace.write('commands', 'bt 1\nprint linux_banner\nlx-version\n');
    const how = ['--at=start_kernel', '--scripted', '--commands=commands'];
    const { output } = await run(arch, 'debug', ...how);
    expect(output).toMatch(/#0 +start_kernel \(\) at \S+init\/main\.c:\d+/);
    expect(output).toMatch(/^Linux version 6\./m);
  });

  it('has its root on a disk', async () => {
    const parts = [`--arch=${arch}`, '--boot=disk', `--kernel=kernel-${arch}`];
    await inWorkspace(workspace, ['g', '@bringup/nx:board', `${arch}-disk`, ...parts]);
    await run(`${arch}-disk`, 'test', `--bootTimeout=${BOOT_SECONDS}`);
    const { output } = await run(`disk-${arch}`, 'ls', '--partition=root', '--path=/etc');
    expect(output).toMatch(/\binittab\b/);
  });
});

it('a guest of big-endian byte order reads volumes, nodes and modules that were made here', async () => {
  const project = (name: string, target: string, executor: string, options: object) =>
    workspace.write(
      `${name}/project.json`,
      JSON.stringify({ name, targets: { [target]: { executor: `@bringup/nx:${executor}`, options } } }),
    );
  workspace.write('volume/said.txt', 'said by a little-endian host\n');
  const overlays = ['volume'];
  project('big-disk', 'build', 'disk-image', {
    arch: 's390x',
    partitions: [
      { name: 'first', fileSystem: 'fat', label: 'FIRST', overlays },
      { name: 'second', fileSystem: 'ext4', label: 'second', overlays },
    ],
  });
  project('big-rootfs', 'build', 'initramfs', {
    arch: 's390x',
    busybox: 'busybox-s390x',
    devices: [{ path: 'zeros', kind: 'char', major: 1, minor: 5 }],
    modules: [{ kernel: 'kernel-s390x', names: ['loop'] }],
  });
  project('big', 'run', 'qemu', {
    arch: 's390x',
    kernel: 'kernel-s390x',
    initramfs: 'big-rootfs',
    drives: [{ file: 'big-disk:disk.qcow2', format: 'qcow2' }],
  });
  const big = JSON.parse(workspace.read('big/project.json')) as { targets: object };
  const reads = (run: string, expect: string) => ({ run, expect });
  const commands = [
    reads('mkdir -p /a /b; mount -t vfat /dev/vda1 /a && cat /a/said.txt', 'little-endian host'),
    reads('mount -t ext4 /dev/vda2 /b && cat /b/said.txt', 'little-endian host'),
    reads('head -c 7 /zeros | wc -c', '^7$'),
    reads('grep -c ^loop /proc/modules', '^1$'),
  ];
  const targets = { ...big.targets, test: { options: { commands } } };
  workspace.write('big/project.json', JSON.stringify({ ...big, targets }));
  await run('big', 'test', `--bootTimeout=${BOOT_SECONDS}`);
  const { output } = await run('big-disk', 'ls', '--partition=first');
  expect(output).toMatch(/\bsaid\.txt\b/i);
});
