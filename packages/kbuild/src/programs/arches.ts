import type { Arch } from '@bringup/process';

export type { Arch };

/** The names that the kernel's build has for one architecture, and what it makes. */
interface ArchFacts {
  /** `ARCH=`. */
  readonly kernelArch: string;
  /** The directory below `arch/`. */
  readonly sourceArch: string;
  /** The configuration to start from, where `make defconfig` is that of another machine: of big-endian or of 32-bit ones. */
  readonly defconfig?: string;
  /** The boot image: make goal, which is the file's name, and place in the output directory. */
  readonly image: { readonly goal: string; readonly path: string };
}

export const ARCHES: Readonly<Record<Arch, ArchFacts>> = {
  arm64: {
    kernelArch: 'arm64',
    sourceArch: 'arm64',
    image: { goal: 'Image', path: 'arch/arm64/boot/Image' },
  },
  x86_64: {
    kernelArch: 'x86_64',
    sourceArch: 'x86',
    image: { goal: 'bzImage', path: 'arch/x86/boot/bzImage' },
  },
  riscv64: {
    kernelArch: 'riscv',
    sourceArch: 'riscv',
    image: { goal: 'Image', path: 'arch/riscv/boot/Image' },
  },
  arm: {
    kernelArch: 'arm',
    sourceArch: 'arm',
    image: { goal: 'zImage', path: 'arch/arm/boot/zImage' },
  },
  i386: {
    kernelArch: 'i386',
    sourceArch: 'x86',
    image: { goal: 'bzImage', path: 'arch/x86/boot/bzImage' },
  },
  s390x: {
    kernelArch: 's390',
    sourceArch: 's390',
    image: { goal: 'bzImage', path: 'arch/s390/boot/bzImage' },
  },
  ppc64le: {
    kernelArch: 'powerpc',
    sourceArch: 'powerpc',
    defconfig: 'ppc64le_defconfig',
    image: { goal: 'vmlinux', path: 'vmlinux' },
  },
  mips64el: {
    kernelArch: 'mips',
    sourceArch: 'mips',
    defconfig: '64r2el_defconfig',
    image: { goal: 'vmlinux', path: 'vmlinux' },
  },
  loongarch64: {
    kernelArch: 'loongarch',
    sourceArch: 'loongarch',
    image: { goal: 'vmlinux', path: 'vmlinux' },
  },
};
