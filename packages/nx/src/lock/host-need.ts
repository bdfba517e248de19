import { basename } from 'node:path';
import type { Arch } from '@bringup/kbuild/graph';
import { debianPackageOf } from '@bringup/process';

/** Something of the host that targets need: a program, or a file that is asked for in another way. */
export interface HostNeed {
  /** The program, or the name that stands for it in the lock. */
  readonly name: string;
  /**
   * `program`: in PATH. `tool`: of the lock, with a way of its own to be asked. `header`, `library`: of a compiler. `python`: a
   * module. `gdb`: the first that serves. `virtiofsd`, `smbd`: where it is in nobody's PATH.
   */
  readonly kind: 'program' | 'tool' | 'header' | 'library' | 'python' | 'gdb' | 'virtiofsd' | 'smbd';
  /** Debian's package, where it is known; for a cross compiler, the package for hosts of another architecture. */
  readonly debian?: string;
  /** The compiler prefix with which a `library` or a `gdb` is looked for. */
  readonly prefix?: string;
  /** The architecture that a `gdb` must support. */
  readonly arch?: Arch;
  /** The only target that needs it, where that is one for people at a terminal. */
  readonly target?: 'debug' | 'dtb' | 'menuconfig';
}

export function programNeed(name: string): HostNeed {
  return { name, kind: 'program', debian: debianPackageOf(basename(name)) };
}

export function headerNeed(name: string, debian: string): HostNeed {
  return { name, kind: 'header', debian };
}
