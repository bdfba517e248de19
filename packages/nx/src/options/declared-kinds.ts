import type { BusyboxOptions } from '../generated/busybox-options.js';
import type { DiskImageOptions } from '../generated/disk-image-options.js';
import type { InitramfsOptions } from '../generated/initramfs-options.js';
import type { IsoImageOptions } from '../generated/iso-image-options.js';
import type { KernelModuleOptions } from '../generated/kernel-module-options.js';
import type { KernelOptions } from '../generated/kernel-options.js';
import type { ProgramOptions } from '../generated/program-options.js';
import type { QemuOptions } from '../generated/qemu-options.js';
import type { UBootOptions } from '../generated/u-boot-options.js';
import type { UbootImageOptions } from '../generated/uboot-image-options.js';

/** The plugin's package name: executors are named by it in project.json. */
export const PLUGIN = '@bringup/nx';

/** The executors that a user declares; every other target follows from these. Each has a row in plugin/kinds.ts. */
export const DECLARED_KINDS = [
  'kernel',
  'busybox',
  'u-boot',
  'program',
  'kernel-module',
  'initramfs',
  'disk-image',
  'iso-image',
  'uboot-image',
  'qemu',
] as const;
export type DeclaredKind = (typeof DECLARED_KINDS)[number];

interface OptionsByKind {
  kernel: KernelOptions;
  busybox: BusyboxOptions;
  'u-boot': UBootOptions;
  program: ProgramOptions;
  'kernel-module': KernelModuleOptions;
  initramfs: InitramfsOptions;
  'disk-image': DiskImageOptions;
  'iso-image': IsoImageOptions;
  'uboot-image': UbootImageOptions;
  qemu: QemuOptions;
}

/** The options of a kind, as its schema.json has them. */
export type OptionsOf<K extends DeclaredKind> = OptionsByKind[K];
