// Generated from ../kinds/uboot-image/schema.json by tools/schemas.mjs: do not edit.

/**
 * Makes an image that U-Boot boots: a FIT (image.fit) with kernel, initramfs and device tree, which can be signed, or an initramfs with U-Boot's header (uRamdisk). Byte-identical for the same content.
 */
export interface UbootImageOptions {
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * fit: kernel, initramfs and device tree in image.fit, for bootm; not for x86_64. ramdisk: the initramfs in uRamdisk, for booti and bootz.
   */
  type?: 'fit' | 'ramdisk';
  /**
   * Name of the kernel project; of a fit, and of nothing else.
   */
  kernel?: string;
  /**
   * Name of the initramfs project. A fit may be without one.
   */
  initramfs?: string;
  /**
   * Device tree (.dtb) for the kernel, relative to the workspace root. Without it, bootm has to be given one: U-Boot's own is at ${fdt_addr}.
   */
  dtb?: string;
  /**
   * How the kernel is stored in a fit; U-Boot unpacks it.
   */
  compression?: 'none' | 'gzip';
  /**
   * Name of the U-Boot project whose mkimage makes the image; without one it is this machine's. Needed by sign without controlDtb.
   */
  uBoot?: string;
  /**
   * Sign the fit's configuration. u-boot.dtb is published beside it: the device tree with the public key in it. The bootm of a U-Boot that runs with it (QEMU's -dtb; a board with this project as its image does) boots nothing else than what was signed with that key.
   */
  sign?: {
    /**
     * Directory of the key, relative to the workspace root: KEYNAME.key, a PEM private key without a passphrase, and KEYNAME.crt, its certificate.
     */
    keyDirectory: string;
    /**
     * Name of the key's files.
     */
    keyName: string;
    /**
     * Hash and signature.
     */
    algorithm?: 'sha256,rsa2048' | 'sha256,rsa3072' | 'sha256,rsa4096';
    /**
     * The device tree (.dtb) that U-Boot runs with, relative to the workspace root. Default: the one QEMU makes for the arch's generic board with that U-Boot, one CPU and 256 MiB.
     */
    controlDtb?: string;
  };
  /**
   * Directory of the published artifacts, relative to the workspace root. Default: dist/PROJECT.
   */
  outputPath?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const ubootImageDefaults: Required<Pick<UbootImageOptions, 'type' | 'compression'>> = {
  type: 'fit',
  compression: 'none',
};

/** The options once the defaults are filled in. */
export type FullUbootImageOptions = UbootImageOptions & typeof ubootImageDefaults;
