import type { DemoBoards } from './demo-boards.js';

/** Over tinyconfig: what QEMU's arm64 machine needs to get from an initramfs to an ext4, without debug information. */
const SMALL = [
  ...['BLK_DEV_INITRD', 'PRINTK', 'BINFMT_ELF', 'BINFMT_SCRIPT'],
  ...['TTY', 'SERIAL_AMBA_PL011', 'SERIAL_AMBA_PL011_CONSOLE'],
  ...['PROC_FS', 'SYSFS', 'DEVTMPFS', 'SHMEM', 'TMPFS'],
  ...['VIRTIO_MENU', 'VIRTIO_MMIO', 'BLOCK', 'EXT4_FS', 'MODULES'],
];

/**
 * Adds a kernel project that compiles in a fraction of the demo's time.
 *
 * @param source name of Debian's package
 * @param more lines of its configuration: `CONFIG_VIRTIO_BLK=y`
 */
export function addSmallKernel(
  boards: DemoBoards,
  name: string,
  source: string,
  more: readonly string[],
): void {
  const lines = [...SMALL.map((symbol) => `CONFIG_${symbol}=y`), ...more];
  boards.write(`${name}/small.config`, `${lines.join('\n')}\n`);
  boards.addProject(name, 'kernel', {
    arch: 'arm64',
    source: { kind: 'debian-package', package: source },
    base: 'tinyconfig',
    fragments: ['{projectRoot}/small.config'],
  });
}
