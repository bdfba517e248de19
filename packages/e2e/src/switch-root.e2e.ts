import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeDisk, writeFileSystem } from '@bringup/disk';
import { formatProperties, planMachine, runGuestTest, SHELL_PROMPT, type GuestCommand } from '@bringup/qemu';
import {
  baseTree,
  DEFAULT_INIT,
  initPrograms,
  lintTree,
  planInit,
  treeFromTar,
  writeInitramfs,
  type FileTree,
  type InitOptions,
} from '@bringup/rootfs';
import { nx, REPOSITORY } from './nx-run.js';

/** An initramfs that hands over: the demo's kernels and BusyBox, a disk with two roots, the real QEMU. */
const MINUTES = 60_000;
const MODULES = ['virtio-blk', 'nosuch'];

let directory: string;
let disk: string;
let initramfs: string;

const built = (path: string) => join(REPOSITORY, 'dist', path);
const busybox = async (init: Partial<InitOptions>) =>
  baseTree()
    .merge(await treeFromTar(built('busybox/busybox.tar')))
    .merge(planInit({ ...DEFAULT_INIT, console: 'ttyAMA0', ...init }));

function addText(tree: FileTree, path: string, text: string, mode = 0o644): FileTree {
  return tree.add({ path, type: 'file', mode, uid: 0, gid: 0, content: { data: Buffer.from(text) } });
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'bringup-switch-root-'));
  const env = {
    HOME: process.env.HOME!,
    ...(process.env.BRINGUP_HOME && { BRINGUP_HOME: process.env.BRINGUP_HOME }),
  };
  for (const args of [
    ['run-many', '-t', 'build', '-p', 'kernel', 'busybox'],
    ['run', 'kernel:build', '-c', 'devices'],
  ]) {
    const { exitCode, output } = await nx(args, { cwd: REPOSITORY, env });
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  }
  initramfs = await makeInitramfs();
  disk = await makeDisk();
}, 20 * MINUTES);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** One for all kernels; the list of what is built in is in the form that `make modules_install` leaves. */
async function makeInitramfs(): Promise<string> {
  const release = /Linux version (\S+)/.exec(readFileSync(built('kernel/Image'), 'latin1'))![1]!;
  const tree = await busybox({ style: 'switch-root', modules: MODULES });
  addText(tree, `lib/modules/${release}/modules.builtin`, 'kernel/drivers/block/virtio_blk.ko\n');
  const programs = initPrograms({ style: 'switch-root', modules: MODULES });
  expect(await lintTree(tree, { init: 'init', programs })).toEqual([]);
  const path = join(directory, 'initramfs.cpio');
  await writeInitramfs(tree, path, { compression: 'none' });
  return path;
}

async function makeDisk(): Promise<string> {
  const first = await busybox({});
  addText(first, 'etc/which', 'the first root\n');
  const second = await busybox({ style: 'none' });
  addText(second, 'etc/which', 'the second root\n');
  // A link that leads elsewhere in the initramfs, where there is no such file.
  second.add({ path: 'sbin/init', type: 'symlink', target: '/opt/start', mode: 0o777, uid: 0, gid: 0 });
  addText(second, 'opt/start', '#!/bin/sh\necho "arguments: $*"\nexec sh -l\n', 0o755);
  const images = { root: join(directory, 'first.ext4'), other: join(directory, 'second.ext4') };
  await writeFileSystem('ext4', first, images.root, { size: 'auto', margin: 0.1, label: 'rootfs' });
  await writeFileSystem('ext4', second, images.other, { size: 'auto', margin: 0.1, label: 'second root' });
  const path = join(directory, 'disk.img');
  await writeDisk(path, {
    table: 'gpt',
    size: 'auto',
    partitions: [
      { name: 'root', type: 'linux', image: images.root },
      { name: 'my other=root', type: 'linux', image: images.other },
    ],
  });
  return path;
}

interface Machine {
  append: string;
  kernel?: string;
  disk?: boolean;
}

function plan({ append, kernel = 'kernel/Image', disk: hasDisk = true }: Machine) {
  const drive = formatProperties('if=none', { id: 'disk', file: disk, format: 'raw', snapshot: 'on' });
  return planMachine({
    arch: 'arm64',
    accel: 'tcg',
    console: 'pipe',
    boot: { via: 'kernel', kernel: built(kernel), initrd: initramfs, append: [append] },
    extraArgs: hasDisk ? ['-drive', drive, '-device', 'virtio-blk-device,drive=disk'] : [],
  });
}

/** @returns what the guest wrote, with LF line ends */
async function boot(machine: Machine, commands: GuestCommand[]): Promise<string> {
  const { consoleLog } = await runGuestTest(() => plan(machine), {
    readyPattern: SHELL_PROMPT,
    commands,
    bootTimeoutMs: MINUTES,
    commandTimeoutMs: MINUTES,
    powerOff: { command: 'poweroff -f', timeoutMs: MINUTES },
  });
  return consoleLog.replaceAll('\r', '');
}

/** ext4's superblock is at byte 1024, its UUID at 0x68 (Documentation/filesystems/ext4/super.rst). */
function uuidOfFirst(): string {
  const hex = readFileSync(join(directory, 'first.ext4'))
    .subarray(1024 + 0x68, 1024 + 0x78)
    .toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const IN_FIRST: GuestCommand[] = [
  { run: 'cat /etc/which', expect: '^the first root$' },
  { run: 'grep " / " /proc/mounts', expect: '/dev/root|/dev/vda1 / ext4 ro,' },
  { run: 'ls /newroot; test -c /dev/null -a -d /sys/class', exitCode: 0 },
];
const IN_SECOND: GuestCommand[] = [
  { run: 'cat /etc/which', expect: '^the second root$' },
  { run: 'touch /written' },
];

describe('hands over to the root that the command line names', () => {
  it.each([
    ['by label', () => 'root=LABEL=rootfs'],
    ['by UUID', () => `root=UUID=${uuidOfFirst()} rootfstype=squashfs,ext4 rootdelay=1`],
    ['by device', () => 'root=/dev/vda1 ro rootwait rootflags=noatime'],
    ["by the partition's name", () => 'root=LABEL=nosuch root=PARTLABEL=root init=/sbin/init'],
  ])('%s', async (_what, append) => {
    const log = await boot({ append: append() }, IN_FIRST);
    expect(log).toContain('init: the root is /dev/vda1, starting /sbin/init\n');
    expect(log.match(/^init: module .*/gm)).toEqual([
      expect.stringMatching(/^init: module nosuch: not loaded/),
    ]);
  });

  it.each([
    ['a label with a blank', 'root=LABEL="second root" rw'],
    ["a partition's name with a blank, all of it quoted", '"root=PARTLABEL=my other=root" rw'],
  ])('%s', async (_what, append) => {
    const log = await boot({ append: `quiet ${append} -- single "two words"` }, IN_SECOND);
    expect(log).toContain('arguments: single two words\n');
    expect(log).not.toContain('init: the root is');
  });

  it('by the same initramfs on another kernel', async () => {
    const log = await boot({ append: 'root=LABEL=rootfs', kernel: 'kernel/devices/Image' }, IN_FIRST);
    expect(log).toContain('init: the root is /dev/vda1, starting /sbin/init\n');
  });
});

describe('says what failed, in a rescue shell', () => {
  it.each([
    ['no root=', 'quiet', "there is no root= on the kernel's command line"],
    ['a label', 'root=LABEL=nosuch rootwait=1', 'root=LABEL=nosuch: no block device has that label'],
    ['a UUID', 'root=UUID=1-2 rootwait=1', 'root=UUID=1-2: no block device has that UUID'],
    ['a partition', 'root=PARTLABEL=x rootwait=1', 'root=PARTLABEL=x: no partition has that name'],
    ['a device', 'root=/dev/vdz', 'root=/dev/vdz: there is no such block device'],
    [
      'what a shell would run',
      'root=LABEL=";poweroff -f;$(poweroff -f)`poweroff -f`*" rootwait=0',
      'root=LABEL=;poweroff -f;$(poweroff -f)`poweroff -f`*: no block device has that label',
    ],
    [
      'a file system',
      'root=/dev/vda1 rootfstype=vfat',
      /root=\/dev\/vda1: \/dev\/vda1 cannot be mounted as vfat \(ro\): .*No such device/,
    ],
    [
      'mount options',
      'root=/dev/vda1 rootflags=nosuch',
      /root=\/dev\/vda1: \/dev\/vda1 cannot be mounted \(ro,nosuch\): .*Invalid argument/,
    ],
    [
      'a program',
      'root=/dev/vda1 init=/etc/which',
      'init=/etc/which: the root (/dev/vda1) has no such executable file',
    ],
  ])('%s', async (_what, append, message) => {
    const log = await boot({ append }, [{ run: 'tty; test -d /newroot', expect: '^/dev/ttyAMA0$' }]);
    expect(log).toMatch(typeof message === 'string' ? `init: ${message}\n` : message);
    expect(log).toMatch(/^ *254 +1 +\d+ vda1$/m);
    expect(log).toMatch(/^\/dev\/vda1: LABEL="rootfs" UUID="[0-9a-f-]+" TYPE="ext4"$/m);
    expect(log).toMatch(/^\S+\/vda2\/uevent:PARTNAME=my other=root$/m);
    expect(log).toContain('This is a rescue shell');
  });

  it('a disk that is not there', async () => {
    const log = await boot({ append: 'root=/dev/vda1 rootwait=0', disk: false }, [{ run: 'true' }]);
    expect(log).toContain('init: the kernel sees no block device');
  });

  it('and tries again when that ends, with what was mounted by hand', async () => {
    const dialogue: [prompt: RegExp, typed: string][] = [
      [/rescue shell[^]*# $/, 'mount -o ro /dev/vda1 /newroot'],
      [/newroot[^]*# $/, 'exit'],
      [/the root is \/newroot[^]*# $/, 'cat /etc/which'],
      [/^the first root$[^]*# $/m, 'poweroff -f'],
    ];
    const [program, ...args] = plan({ append: 'root=LABEL=nosuch rootwait=0' }).argv;
    const guest = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let unread = '';
    guest.stdout.on('data', (chunk) => {
      unread += String(chunk).replaceAll('\r', '');
      if (!dialogue[0]?.[0].test(unread)) return;
      unread = '';
      guest.stdin.write(`${dialogue.shift()![1]}\n`);
    });
    const exitCode = await new Promise((resolve) => guest.on('close', resolve));
    expect({ exitCode, dialogue }).toEqual({ exitCode: 0, dialogue: [] });
  });
});
