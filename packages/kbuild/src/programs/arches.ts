import type { Arch } from '@bringup/process';

export type { Arch };

/** The names that the kernel's build has for one architecture, and what it makes. */
interface ArchFacts {
  /** `ARCH=`. */
  readonly kernelArch: string;
  /** The directory below `arch/`. */
  readonly sourceArch: string;
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
    image: { goal: 'vmlinux', path: 'vmlinux' },
  },
  mips64el: {
    kernelArch: 'mips',
    sourceArch: 'mips',
    image: { goal: 'vmlinux', path: 'vmlinux' },
  },
  loongarch64: {
    kernelArch: 'loongarch',
    sourceArch: 'loongarch',
    image: { goal: 'vmlinux', path: 'vmlinux' },
  },
};
