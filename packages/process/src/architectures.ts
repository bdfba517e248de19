import ROWS from './architectures.json';

/** The names that programs have for an architecture: compilers, emulators, debuggers, packages. */
interface Architecture {
  /** `uname -m` of a guest. */
  readonly uname: string;
  /** GNU's name, with which the cross compiler's programs begin. */
  readonly triple: string;
  /** Debian's name, in those of packages. */
  readonly debian: string;
  /** The first release of Debian that has the compiler, where that is not an old one. */
  readonly debianSince?: number;
  /** Other distributions that have a cross compiler of the same name: `fedora`, `arch`. */
  readonly elsewhere: readonly string[];
  /** `process.arch` of a host. Node does not run on all of them. */
  readonly node?: string;
  /** QEMU's program, and Debian's package that has it. */
  readonly emulator: string;
  readonly emulatorPackage: string;
  /** gdb, `set architecture`. */
  readonly gdb: string;
  /** readelf, `Machine:`. */
  readonly elf: string;
  /** rustc(1), `--target`. */
  readonly rust: string;
}

/** The architectures that a kernel and its programs are built for, by the kernel's own names. */
export type Arch = keyof typeof ROWS;

/**
 * One row for each architecture. It is JSON because tools that run before anything is compiled read it as well: the enum of
 * the schemas and the list of host packages follow from it.
 */
export const ARCHITECTURES: Readonly<Record<Arch, Architecture>> = ROWS;

export const ARCH_NAMES = Object.keys(ROWS) as readonly Arch[];

/** The Debian packages of an architecture's cross compiler, binutils, and static C library. */
export function crossPackages({ triple, debian }: Pick<Architecture, 'triple' | 'debian'>) {
  const suffix = triple.replaceAll('_', '-');
  return {
    compiler: `gcc-${suffix}`,
    binutils: `binutils-${suffix}`,
    library: `libc6-dev-${debian}-cross`,
  };
}
