// Generated from ../kinds/board/boot-volume/schema.json by tools/schemas.mjs: do not edit.

import type { SharedOptions } from './shared-options.js';

/**
 * Makes the drive that a board's U-Boot or UEFI boots from: one FAT partition with the kernel, the initramfs and what boots them. The graph plugin makes it the build target of each board that boots so.
 */
export interface BootVolumeOptions {
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * Name of the kernel project.
   */
  kernel?: string;
  /**
   * Name of the initramfs project; without one the guest gets no initrd.
   */
  initramfs?: string;
  /**
   * How the board gets to its kernel. Without it QEMU loads kernel and initramfs itself.
   */
  boot?: SharedOptions['boot'];
  /**
   * Words added to the kernel's command line. console= and panic=-1 are added unless given here.
   */
  append?: string;
  /**
   * Directory of the published artifacts, relative to the workspace root. Default: dist/PROJECT.
   */
  outputPath?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const bootVolumeDefaults: Required<Pick<BootVolumeOptions, 'append'>> = { append: '' };

/** The options once the defaults are filled in. */
export type FullBootVolumeOptions = BootVolumeOptions & typeof bootVolumeDefaults;
