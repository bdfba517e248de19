import { basename } from 'node:path';
import { crossPrefix, staticLibraryPackage, UBOOT_IMAGE, type Arch } from '@bringup/kbuild';
import { debianPackageOf } from '@bringup/process';
import { UEFI_ARCHES } from '@bringup/qemu';
import { object } from '../graph/unchecked.js';
import type { Declaration } from './declaration.js';

/** Something of the host that targets need: a program, or a file that is asked for in another way. */
export interface HostNeed {
  /** The program, or the name that stands for it in the lock. */
  readonly name: string;
  /** `program`: in PATH. `tool`: of the lock, with a way of its own to be asked. `header`, `library`: of a compiler. */
  readonly kind: 'program' | 'tool' | 'header' | 'library';
  /** Debian's package, where it is known. */
  readonly debian?: string;
  /** What a `library` is asked of: the prefix of a compiler. */
  readonly prefix?: string;
}

/** What make wants to build a kernel, a BusyBox or a U-Boot, besides the compilers that the lock names. */
const BUILD_PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  kernel: ['make', 'gcc', 'flex', 'bison', 'bc', 'perl', 'depmod'],
  'kernel-module': ['make', 'gcc', 'flex', 'bison', 'bc', 'perl'],
  busybox: ['make', 'gcc'],
  'u-boot': ['make', 'gcc', 'flex', 'bison', 'bc', 'dtc'],
};

/** What each kind of source is fetched and unpacked with. */
const SOURCE_PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  'debian-package': ['apt-get', 'apt-cache', 'dpkg-deb', 'tar', 'xz'],
  'debian-source': ['apt-get', 'apt-cache', 'dpkg-source', 'patch', 'tar'],
  tarball: ['tar'],
  git: ['git'],
  directory: ['git'],
};

/** Names of the lock that are no programs, and Debian's package of each. */
const LOCK_PACKAGES: Readonly<Record<string, string>> = {
  isolinux: 'isolinux',
  'syslinux-mbr': 'syslinux-common',
  ...Object.fromEntries(Object.values(UEFI_ARCHES).map(({ name, debian }) => [`uefi-${name}`, debian])),
};

const program = (name: string): HostNeed => ({
  name,
  kind: 'program',
  debian: debianPackageOf(basename(name)),
});
const header = (name: string, debian: string): HostNeed => ({ name, kind: 'header', debian });

/**
 * What the targets of a project need of the host. Pure.
 *
 * @param locked the names of the tools that the lock has for the project
 */
export function hostNeeds({ kind, options }: Declaration, locked: readonly string[]): HostNeed[] {
  return [
    ...locked.flatMap((name) => lockedNeed(name, options)),
    ...(BUILD_PROGRAMS[kind] ?? []).map(program),
    ...sourcePrograms(options.source).map(program),
    ...headers(kind, options),
    ...(kind === 'qemu' ? ['setpriv'].map(program) : []),
  ];
}

function sourcePrograms(source: unknown): readonly string[] {
  const { kind, url } = object(source);
  const overSsh = kind === 'git' && [url].flat().some((given) => /^ssh:/.test(String(given)));
  return [...(SOURCE_PROGRAMS[String(kind)] ?? []), ...(overSsh ? ['ssh'] : [])];
}

/** The name of a lock's tool as something to look for; zlib is Node's own. */
function lockedNeed(name: string, options: Declaration['options']): HostNeed[] {
  if (name === 'zlib') return [];
  if (name.endsWith('-libc')) {
    const given = typeof options.crossCompile === 'string' ? options.crossCompile : undefined;
    const prefix = crossPrefix(options.arch as Arch, given);
    return [
      { name: `${basename(prefix)}libc.a`, kind: 'library', prefix, debian: staticLibraryPackage(prefix) },
    ];
  }
  return [{ name, kind: 'tool', debian: LOCK_PACKAGES[name] ?? debianPackageOf(name) }];
}

function headers(kind: string, { arch }: Declaration['options']): HostNeed[] {
  const host = kind in BUILD_PROGRAMS ? [header('stdio.h', 'libc6-dev')] : [];
  // objtool, which only x86 has in the kernels that are built here, reads ELF.
  if (kind === 'kernel' && arch === 'x86_64') return [...host, header('gelf.h', 'libelf-dev')];
  if (kind !== 'u-boot') return host;
  const rom = UBOOT_IMAGE[arch as Arch] === 'u-boot.rom';
  return [...host, header('openssl/evp.h', 'libssl-dev'), ...(rom ? ['python3', 'swig'].map(program) : [])];
}
