// Generated from ../generators/disk/schema.json by tools/schemas.mjs: do not edit.

/**
 * Adds a disk image with an ext4 root file system; with a kernel, one that a PC's BIOS boots by itself.
 */
export interface DiskGeneratorOptions {
  /**
   * Name of the project.
   */
  name: string;
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * Name of the initramfs project whose tree is the root file system.
   */
  initramfs: string;
  /**
   * Name of a kernel project: then there is a boot partition with it, and the loader syslinux (x86_64).
   */
  kernel?: string;
  /**
   * The project's directory, relative to the workspace root; default: its name.
   */
  directory?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const diskGeneratorDefaults: Required<Pick<DiskGeneratorOptions, never>> = {};

/** The options once the defaults are filled in. */
export type FullDiskGeneratorOptions = DiskGeneratorOptions & typeof diskGeneratorDefaults;
