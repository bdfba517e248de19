// Generated from ../kinds/board/dtb/schema.json by tools/schemas.mjs: do not edit.

import type { SharedOptions } from './shared-options.js';

/**
 * Writes the device tree that QEMU gives a board's kernel, as blob (machine.dtb) and as source (machine.dts): that of a direct boot; with a firmware a machine may have other devices. A PC has none.
 */
export interface DtbOptions {
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * QEMU machine type; default: the generic one of the architecture: virt; q35 for x86_64 and i386, or pc under U-Boot; s390-ccw-virtio; pseries; malta.
   */
  machine?: string;
  /**
   * QEMU CPU model; chosen from the arch and the accelerator by default.
   */
  cpu?: string;
  /**
   * Number of CPUs of the guest.
   */
  smp?: number;
  /**
   * Memory of the guest, in MiB.
   */
  memory?: number;
  /**
   * QEMU program to use instead of the arch's qemu-system-*.
   */
  qemu?: string;
  /**
   * Arguments added to QEMU's unchanged.
   */
  extraArgs?: SharedOptions['extraArgs'];
  /**
   * Print the paths of both files as JSON.
   */
  json?: boolean;
  /**
   * Directory of the published artifacts, relative to the workspace root. Default: dist/PROJECT.
   */
  outputPath?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const dtbDefaults: Required<Pick<DtbOptions, 'smp' | 'memory' | 'extraArgs' | 'json'>> = {
  smp: 1,
  memory: 256,
  extraArgs: [],
  json: false,
};

/** The options once the defaults are filled in. */
export type FullDtbOptions = DtbOptions & typeof dtbDefaults;
