import { board } from './board/row.js';
import { busybox } from './busybox/row.js';
import { diskImage } from './disk-image/row.js';
import { initramfs } from './initramfs/row.js';
import { isoImage } from './iso-image/row.js';
import { kernel } from './kernel/row.js';
import { kernelModule } from './kernel-module/row.js';
import { program } from './program/row.js';
import { uBoot } from './u-boot/row.js';
import { ubootImage } from './uboot-image/row.js';
import type { DeclaredKind, KindRow, OptionsOf } from './kind.js';

/** Every kind of project that a user declares. */
export const KINDS: { readonly [K in DeclaredKind]: KindRow<OptionsOf<K>> } = {
  kernel,
  busybox,
  'u-boot': uBoot,
  program,
  'kernel-module': kernelModule,
  initramfs,
  'disk-image': diskImage,
  'iso-image': isoImage,
  'uboot-image': ubootImage,
  qemu: board,
};
