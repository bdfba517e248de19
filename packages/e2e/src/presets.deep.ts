import { cpSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dialogue } from './dialogue.js';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { inWorkspace } from './generated-boards.js';
import { REPOSITORY } from './nx-run.js';
import { expectPreset } from './preset-claims.js';

/**
 * The preset `qemu-busybox-min` over arm64's defconfig, built and booted. A defconfig serves every
 * arm64 machine: virt-only.config switches off what QEMU's "virt" does not have, so that the build ends within the hour.
 */
const MINUTES = 60_000;
const KERNEL = { arch: 'arm64', source: { kind: 'debian-package', package: 'linux-source-6.1' } };
const BUSYBOX = { arch: 'arm64', source: { kind: 'debian-source', package: 'busybox' } };

let workspace: FakeWorkspace;
const built = (path: string) => join(workspace.root, 'dist', path);

beforeAll(async () => {
  workspace = makeFakeWorkspace(tmpdir());
  const own = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
  cpSync(join(REPOSITORY, 'bringup.lock'), join(workspace.root, 'bringup.lock'), { recursive: true });
  workspace.write('kernel/virt-only.config', own('packages/e2e/src/virt-only.config'));
  workspace.write('busybox/busybox.config', own('examples/busybox/busybox.config'));
  const project = (name: string, target: string, executor: string, options: object) =>
    workspace.write(
      `${name}/project.json`,
      JSON.stringify({ name, targets: { [target]: { executor: `@bringup/nx:${executor}`, options } } }),
    );
  const fragments = ['{projectRoot}/virt-only.config', 'preset:qemu-busybox-min'];
  project('kernel', 'build', 'kernel', { ...KERNEL, base: 'defconfig', fragments });
  project('busybox', 'build', 'busybox', { ...BUSYBOX, fragments: ['{projectRoot}/busybox.config'] });
  project('rootfs', 'build', 'initramfs', { arch: 'arm64', busybox: 'busybox' });
  await inWorkspace(workspace, ['run-many', '-t', 'build', '-p', 'kernel', 'rootfs']);
}, 55 * MINUTES);
afterAll(() => workspace?.remove());

it(
  "boots by the preset's own command line where nothing else gives one",
  async () => {
    expectPreset(workspace.read('dist/kernel/.config'), 'qemu-busybox-min');
    const machine = ['-machine', 'virt', '-cpu', 'cortex-a72', '-m', '1G', '-nographic', '-no-reboot'];
    const boot = ['-kernel', built('kernel/Image'), '-initrd', built('rootfs/initramfs.cpio.gz')];
    const console = await dialogue(
      ['qemu-system-aarch64', ...machine, ...boot],
      [
        [/^\/ # /m, 'cat /proc/cmdline; grep -c gpio-keys /proc/bus/input/devices; echo end-$((40+2))'],
        [/^end-42\r?\n[^]*# $/m, 'poweroff -f'],
      ],
      5 * MINUTES,
    );
    expect(console).toMatch(/^console=ttyAMA0 nokaslr rdinit=\/sbin\/init\r?$/m);
    // The power button, by its lines for name, place and sysfs.
    expect(console).toMatch(/^3\r?$/m);
    expect(console).toContain('Run /sbin/init as init process');
    expect(console).toContain('KASLR disabled on command line');
    expect(console).toMatch(/Power down/);
  },
  8 * MINUTES,
);
