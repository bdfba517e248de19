// Generated from ../kinds/disk-image/schema.json by tools/schemas.mjs: do not edit.

import type { SharedOptions } from './shared-options.js';

/**
 * Makes a disk image from file trees: partitions with ext4, ext2, squashfs or FAT, in any of the usual formats. Byte-identical for the same content; needs no root.
 */
export interface DiskImageOptions {
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * Partition table; none: the whole disk is the one file system.
   */
  table?: 'gpt' | 'mbr' | 'none';
  /**
   * Format of the image; the artifact is disk.img, disk.qcow2, disk.vmdk or disk.vdi.
   */
  format?: 'raw' | 'qcow2' | 'qcow2-compressed' | 'vmdk' | 'vdi';
  /**
   * Size of the whole disk: auto, as large as its partitions need, or a number with K, M, G or T.
   */
  size?: string;
  /**
   * Partitions in their order. The parts of each tree come one over the other in the order of these options.
   *
   * @minItems 1
   */
  partitions: {
    /**
     * Name in a GPT, 36 characters at most.
     */
    name?: string;
    /**
     * Type of the partition. Default: esp for FAT that UEFI or U-Boot boots from, data for other FAT, else linux.
     */
    type?: 'linux' | 'esp' | 'data' | 'swap';
    /**
     * File system of the partition.
     */
    fileSystem: 'ext4' | 'ext2' | 'squashfs' | 'fat';
    /**
     * The file system's label: 16 bytes at most for ext, 11 upper-case characters for FAT.
     */
    label?: string;
    /**
     * auto, as large as the content and the margin, or a number with K, M, G or T.
     */
    size?: string;
    /**
     * Room beyond the content when the size is auto, as a share of it.
     */
    margin?: number;
    /**
     * Where it starts, a multiple of 1M. Default: behind the partition before.
     */
    start?: string;
    /**
     * Active flag of MBR, legacy BIOS bootable attribute of GPT. Default: where there is boot.
     */
    bootable?: boolean;
    /**
     * Name of an initramfs project whose tree is the first part: the same root as archive and as disk.
     */
    initramfs?: string;
    /**
     * Name of the BusyBox project whose install tree is taken.
     */
    busybox?: string;
    /**
     * Directories laid over the tree in order, relative to the workspace root ({projectRoot} is understood). Files are root's, 0755 when executable, else 0644.
     */
    overlays?: SharedOptions['overlays'];
    /**
     * Single files.
     */
    files?: SharedOptions['files'];
    /**
     * Directories besides the usual ones (proc sys dev dev/pts run etc tmp root mnt …).
     */
    directories?: SharedOptions['directories'];
    /**
     * Device nodes besides the usual ones (null, console, tty …).
     */
    devices?: SharedOptions['devices'];
    /**
     * Symbolic links.
     */
    symlinks?: SharedOptions['symlinks'];
    /**
     * Modes and owners of entries that an overlay or a BusyBox tree brought.
     */
    permissions?: SharedOptions['permissions'];
    /**
     * Kernel and initramfs on this partition, a FAT one, and what boots them.
     */
    boot?: {
      /**
       * Name of the kernel project.
       */
      kernel: string;
      /**
       * Name of the initramfs project.
       */
      initramfs?: string;
      /**
       * Words added to the kernel's command line. console= and panic=-1 are there unless given here.
       */
      append?: string;
      /**
       * extlinux, boot-script: a file for U-Boot; syslinux: for a PC's BIOS; uefi: GRUB on x86_64, a startup.nsh for the firmware's shell on arm64.
       *
       * @minItems 1
       */
      loaders: ('extlinux' | 'boot-script' | 'syslinux' | 'uefi')[];
    };
  }[];
  /**
   * Directory of the published artifacts, relative to the workspace root. Default: dist/PROJECT.
   */
  outputPath?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const diskImageDefaults: Required<Pick<DiskImageOptions, 'table' | 'format' | 'size'>> = {
  table: 'gpt',
  format: 'qcow2',
  size: 'auto',
};

/** The options once the defaults are filled in. */
export type FullDiskImageOptions = DiskImageOptions & typeof diskImageDefaults;
