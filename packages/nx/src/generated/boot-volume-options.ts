// Generated from ../kinds/board/boot-volume/schema.json by tools/schemas.mjs: do not edit.

/**
 * Makes the drive that a board's U-Boot or UEFI boots from: one FAT partition with the kernel, the initramfs and what boots them. The graph plugin makes it the build target of each board that boots so.
 */
export interface BootVolumeOptions {
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm';
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
  boot?:
    | TheKernelLoadedByQEMU
    | UBootFromADriveThatTheBuildTargetMakes
    | TheKernelLoadedByQEMUWithADiskBesideIt
    | ADiskSOwnBootLoaderByThePCSBIOS
    | ACD
    | UEFI;
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
   * Name of a uboot-image project. Its uRamdisk takes the place of the option initramfs, its FIT that of kernel and initramfs. With a signed FIT U-Boot runs with the public key, and its bootm boots nothing that is not signed.
   */
  image?: string;
  /**
   * What boots the drive's files: an extlinux.conf, or a boot script (boot.scr). A FIT is booted by a script. Default: extlinux, and script with an image.
   */
  method?: 'extlinux' | 'script';
  /**
   * Stop at U-Boot's prompt: the drive holds the files and nothing that boots them. Type load virtio 0 $kernel_addr_r Image and so on.
   */
  interactive?: boolean;
}
export interface TheKernelLoadedByQEMUWithADiskBesideIt {
  via: 'disk';
  /**
   * Name of the disk-image project. The guest sees it as /dev/vda; say where its root is in append: root=/dev/vda1, or root=LABEL=rootfs with an initramfs that hands over.
   */
  disk: string;
}
export interface ADiskSOwnBootLoaderByThePCSBIOS {
  via: 'bios';
  /**
   * Name of a disk-image project with the loader syslinux. Without it the BIOS starts one of drives, the one with the lowest bootindex.
   */
  disk?: string;
}
export interface ACD {
  via: 'iso';
  /**
   * Name of the iso-image project.
   */
  iso: string;
  /**
   * What boots it. Default: bios for x86_64, uefi elsewhere.
   */
  firmware?: 'bios' | 'uefi';
}
export interface UEFI {
  via: 'uefi';
  /**
   * Name of a disk-image project with the loader uefi. Without it the build target makes a volume with the board's kernel and initramfs.
   */
  disk?: string;
  /**
   * Nothing to boot from: stop at the firmware's shell.
   */
  shell?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const bootVolumeDefaults: Required<Pick<BootVolumeOptions, 'append'>> = { append: '' };

/** The options once the defaults are filled in. */
export type FullBootVolumeOptions = BootVolumeOptions & typeof bootVolumeDefaults;
