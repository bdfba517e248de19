/** The architectures a kernel and its programs can be built for, by the kernel's own names. */
export const ARCH_NAMES = ['arm64', 'x86_64', 'riscv64', 'arm'] as const;
export type Arch = (typeof ARCH_NAMES)[number];

/** The names that the kernel's build and Debian's cross toolchains use for one architecture. */
interface ArchFacts {
  /** `ARCH=`. */
  readonly kernelArch: string;
  /** The directory below `arch/`. */
  readonly sourceArch: string;
  /** `CROSS_COMPILE=` by default; Debian's compiler for the host's own architecture has such a name too. */
  readonly crossCompile: string;
  /** The boot image: make goal, file name, and place in the output directory. */
  readonly image: { readonly goal: string; readonly path: string };
}

export const ARCHES: Readonly<Record<Arch, ArchFacts>> = {
  arm64: {
    kernelArch: 'arm64',
    sourceArch: 'arm64',
    crossCompile: 'aarch64-linux-gnu-',
    image: { goal: 'Image', path: 'arch/arm64/boot/Image' },
  },
  x86_64: {
    kernelArch: 'x86_64',
    sourceArch: 'x86',
    crossCompile: 'x86_64-linux-gnu-',
    image: { goal: 'bzImage', path: 'arch/x86/boot/bzImage' },
  },
  riscv64: {
    kernelArch: 'riscv',
    sourceArch: 'riscv',
    crossCompile: 'riscv64-linux-gnu-',
    image: { goal: 'Image', path: 'arch/riscv/boot/Image' },
  },
  arm: {
    kernelArch: 'arm',
    sourceArch: 'arm',
    crossCompile: 'arm-linux-gnueabihf-',
    image: { goal: 'zImage', path: 'arch/arm/boot/zImage' },
  },
};
