import { board } from '../kinds/board/row.js';
import { busybox } from '../kinds/busybox/row.js';
import { diskImage } from '../kinds/disk-image/row.js';
import { initramfs } from '../kinds/initramfs/row.js';
import { isoImage } from '../kinds/iso-image/row.js';
import { kernel } from '../kinds/kernel/row.js';
import { kernelModule } from '../kinds/kernel-module/row.js';
import { program } from '../kinds/program/row.js';
import { uBoot } from '../kinds/u-boot/row.js';
import { ubootImage } from '../kinds/uboot-image/row.js';
import type { KindRow } from '../kinds/kind.js';
import type { DeclaredKind, OptionsOf } from '../options/declared-kinds.js';

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
