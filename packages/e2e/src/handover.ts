import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoBoards } from './demo-boards.js';

const FIRST_PARTITION = 1 << 20;

/**
 * Adds an initramfs `handover` that hands over, and a disk with two roots for it: `root`, label `rootfs`, an
 * ext4 with BusyBox's init, and `my other=root`, label `second root`, whose init is a script that prints its arguments.
 *
 * @param options more options of the initramfs
 */
export function addHandover(boards: DemoBoards, options: object): void {
  const common = { arch: 'arm64', busybox: 'busybox' };
  boards.addProject('handover', 'initramfs', {
    ...common,
    ...{ init: 'switch-root', compression: 'none' },
    ...options,
  });
  boards.write('first-root/overlay/etc/which', 'the first root\n');
  boards.addProject('first-root', 'initramfs', { ...common, overlays: ['{projectRoot}/overlay'] });
  boards.write('disk/second/etc/which', 'the second root\n');
  boards.write('disk/second/opt/start', '#!/bin/sh\necho "arguments: $*"\nexec sh -l\n', 0o755);
  boards.addProject('disk', 'disk-image', {
    ...{ arch: 'arm64', format: 'raw' },
    partitions: [
      { name: 'root', fileSystem: 'ext4', label: 'rootfs', initramfs: 'first-root' },
      {
        ...{ name: 'my other=root', fileSystem: 'ext4', label: 'second root', busybox: 'busybox' },
        overlays: ['{projectRoot}/second'],
        // In the initramfs this link leads to a file that does not exist.
        symlinks: [{ path: '/sbin/init', target: '/opt/start' }],
      },
    ],
  });
}

/** The UUID of the disk's first root. ext4's superblock is at byte 1024, its UUID at 0x68 (Documentation/filesystems/ext4/super.rst). */
export function uuidOfFirstRoot(boards: DemoBoards): string {
  const at = FIRST_PARTITION + 1024 + 0x68;
  const hex = readFileSync(join(boards.root, 'dist/disk/disk.img'))
    .subarray(at, at + 16)
    .toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A board that hands over from that initramfs. */
export const handoverBoard = (append: string, more: object = {}) => ({
  ...{ initramfs: 'handover', boot: { via: 'disk', disk: 'disk' }, append },
  ...more,
});

/** Commands that pass in the first root, mounted read-only. */
export const IN_FIRST_ROOT = [
  { run: 'cat /etc/which', expect: '^the first root$' },
  { run: 'grep " / " /proc/mounts', expect: '/dev/root|/dev/vda1 / ext4 ro,' },
  'ls /newroot; test -c /dev/null -a -d /sys/class',
];
