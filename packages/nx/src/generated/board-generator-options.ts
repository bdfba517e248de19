// Generated from ../generators/board/schema.json by tools/schemas.mjs: do not edit.

/**
 * Adds a board that boots in QEMU, with every project it needs and the workspace lacks: kernel, BusyBox, initramfs, U-Boot, disk or CD. Boards of one architecture share them.
 */
export interface BoardGeneratorOptions {
  /**
   * Name of the board.
   */
  name: string;
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * How it gets to its kernel: QEMU loads kernel and initramfs; U-Boot or UEFI loads them from a drive; QEMU loads the kernel, whose root is on a disk; from a CD; or a PC's BIOS starts the loader on a disk.
   */
  boot?: 'kernel' | 'u-boot' | 'uefi' | 'disk' | 'iso' | 'bios';
  /**
   * Machine type of QEMU, with properties behind a comma. Default: the generic one of the architecture: virt; q35 for x86_64 and i386; s390-ccw-virtio; pseries; malta. Others: pc for x86_64, cubieboard for arm.
   */
  machine?: string;
  /**
   * Name of the kernel project to boot. Default: kernel-ARCH, which is made where it is missing. With ownKernel or fragments: the one that the board's own is a copy of.
   */
  kernel?: string;
  /**
   * Give the board a kernel project of its own, kernel-NAME, over the configuration of the shared one; all else stays shared.
   */
  ownKernel?: boolean;
  /**
   * Fragments over the shared kernel's configuration: a path relative to the workspace root, preset:NAME, or tree:NAME. The board gets a kernel of its own for them.
   */
  fragments?: string[];
  /**
   * Where the source of a kernel that is made comes from: debian (its own package, the default), the URL of a tarball (with sha256) or of a git repository (with tag, branch or commit), or a directory.
   */
  source?: string;
  /**
   * SHA-256 of the tarball that source names: 64 hex digits.
   */
  sha256?: string;
  /**
   * Tag of the git repository that source names, as v6.12.
   */
  tag?: string;
  /**
   * Branch of the git repository that source names: the commit that it leads to is locked, until update is run.
   */
  branch?: string;
  /**
   * Commit of the git repository that source names: 40 hex digits.
   */
  commit?: string;
  /**
   * Name of the initramfs project. Default: rootfs-ARCH, which is made where it is missing.
   */
  initramfs?: string;
  /**
   * Name of the BusyBox project of an initramfs that is made. Default: busybox-ARCH, which is made where it is missing.
   */
  busybox?: string;
  /**
   * With boot: u-boot, name of the U-Boot project. Default: u-boot-ARCH, which is made where it is missing.
   */
  uBoot?: string;
  /**
   * With boot: disk or bios, name of a disk-image project to boot unchanged. Default: one with the board's kernel and initramfs, which is made where it is missing.
   */
  disk?: string;
  /**
   * With boot: iso, name of an iso-image project to boot unchanged. Default: one with the board's kernel and initramfs, which is made where it is missing.
   */
  iso?: string;
  /**
   * Directory, relative to the workspace root, below which projects are made: boards in boards/NAME, others in a directory of their name.
   */
  directory?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const boardGeneratorDefaults: Required<
  Pick<BoardGeneratorOptions, 'boot' | 'ownKernel' | 'fragments' | 'directory'>
> = { boot: 'kernel', ownKernel: false, fragments: [], directory: '' };

/** The options once the defaults are filled in. */
export type FullBoardGeneratorOptions = BoardGeneratorOptions & typeof boardGeneratorDefaults;
