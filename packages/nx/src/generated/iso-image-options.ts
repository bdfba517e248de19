// Generated from ../kinds/iso-image/schema.json by tools/schemas.mjs: do not edit.

import type { SharedOptions } from './shared-options.js';

/**
 * Makes a bootable CD (image.iso) from a kernel and an initramfs: by a PC's BIOS, by UEFI, or both; from a USB stick as well. Byte-identical for the same content; needs no root.
 */
export interface IsoImageOptions {
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * Name of the kernel project.
   */
  kernel: string;
  /**
   * Name of the initramfs project; without one the guest gets no initrd.
   */
  initramfs?: string;
  /**
   * Words added to the kernel's command line. console= and panic=-1 are added unless given here.
   */
  append?: string;
  /**
   * Firmware that can boot it. Default: both for x86_64, uefi for arm64.
   *
   * @minItems 1
   */
  firmware?: ('bios' | 'uefi')[];
  /**
   * Label of the volume.
   */
  label?: string;
  /**
   * Directories laid over the tree in order, relative to the workspace root ({projectRoot} is understood). Files are root's, 0755 when executable, else 0644.
   */
  overlays?: SharedOptions['overlays'];
  /**
   * Single files.
   */
  files?: SharedOptions['files'];
  /**
   * Directory of the published artifacts, relative to the workspace root. Default: dist/PROJECT.
   */
  outputPath?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const isoImageDefaults: Required<Pick<IsoImageOptions, 'append' | 'label' | 'overlays' | 'files'>> = {
  append: '',
  label: 'BRINGUP',
  overlays: [],
  files: [],
};

/** The options once the defaults are filled in. */
export type FullIsoImageOptions = IsoImageOptions & typeof isoImageDefaults;
