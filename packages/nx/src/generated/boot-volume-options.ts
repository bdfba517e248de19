// Generated from ../executors/boot-volume/schema.json by tools/schemas.mjs: do not edit.

/**
 * Makes the drive that a board's U-Boot boots from: one FAT partition with the kernel, the initramfs and an extlinux.conf. The graph plugin makes it the build target of each board that boots through U-Boot.
 */
export interface BootVolumeOptions {
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm';
  /**
   * Name of the kernel project.
   */
  kernel: string;
  /**
   * Name of the initramfs project; without one the guest gets no initrd.
   */
  initramfs?: string;
  /**
   * How the board gets to its kernel. Without it QEMU loads kernel and initramfs itself.
   */
  boot?: TheKernelLoadedByQEMU | UBootFromADriveThatTheBuildTargetMakes;
  /**
   * Words added to the kernel's command line. console= and panic=-1 are there unless given here.
   */
  append?: string;
  /**
   * Directory of the published artifacts, relative to the workspace root. Default: dist/PROJECT.
   */
  outputPath?: string;
}
export interface TheKernelLoadedByQEMU {
  via: 'kernel';
}
export interface UBootFromADriveThatTheBuildTargetMakes {
  via: 'u-boot';
  /**
   * Name of the U-Boot project.
   */
  uBoot: string;
  /**
   * Stop at U-Boot's prompt: the drive holds the files and nothing that boots them. Type load virtio 0 $kernel_addr_r Image and so on.
   */
  interactive?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const bootVolumeDefaults: Required<Pick<BootVolumeOptions, 'append'>> = { append: '' };

/** The options once the defaults are filled in. */
export type FullBootVolumeOptions = BootVolumeOptions & typeof bootVolumeDefaults;
