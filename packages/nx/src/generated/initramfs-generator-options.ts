// Generated from ../generators/initramfs/schema.json by tools/schemas.mjs: do not edit.

/**
 * Adds an initramfs: BusyBox's init, an overlay of your own, a shell on the console.
 */
export interface InitramfsGeneratorOptions {
  /**
   * Name of the project.
   */
  name: string;
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * Name of the BusyBox project; default: busybox-ARCH, which is made where it is missing.
   */
  busybox?: string;
  /**
   * Console device of the shell; default: the arch's first serial port.
   */
  console?: string;
  /**
   * The project's directory, relative to the workspace root; default: its name.
   */
  directory?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const initramfsGeneratorDefaults: Required<Pick<InitramfsGeneratorOptions, never>> = {};

/** The options once the defaults are filled in. */
export type FullInitramfsGeneratorOptions = InitramfsGeneratorOptions & typeof initramfsGeneratorDefaults;
