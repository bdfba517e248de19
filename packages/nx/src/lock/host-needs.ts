import { basename } from 'node:path';
import { crossPrefix, staticLibraryPackage, UBOOT_IMAGE, type Arch } from '@bringup/kbuild/graph';
import { debianPackageOf } from '@bringup/process';
import { UEFI_ARCHES } from '@bringup/qemu/graph';
import { object, objects, text, textsOf } from '../options/unchecked.js';
import type { Declaration } from '../workspace/declaration.js';
import { volumeLoaders } from './tools.js';

/** Something of the host that targets need: a program, or a file that is asked for in another way. */
export interface HostNeed {
  /** The program, or the name that stands for it in the lock. */
  readonly name: string;
  /**
   * `program`: in PATH. `tool`: of the lock, with a way of its own to be asked. `header`, `library`: of a compiler. `python`: a
   * module. `gdb`: the first that serves. `virtiofsd`, `smbd`: where it is in nobody's PATH.
   */
  readonly kind: 'program' | 'tool' | 'header' | 'library' | 'python' | 'gdb' | 'virtiofsd' | 'smbd';
  /** Debian's package, where it is known: of a cross compiler the one for hosts of another architecture. */
  readonly debian?: string;
  /** What a `library` or a `gdb` is asked by: the prefix of a compiler. */
  readonly prefix?: string;
  /** What a `gdb` is to know. */
  readonly arch?: Arch;
  /** The only target that needs it, where that is one for people at a terminal. */
  readonly target?: 'debug' | 'dtb' | 'menuconfig';
}

/** What make wants to build a kernel, a BusyBox or a U-Boot, besides the compilers that the lock names, and what publishes it. */
const BUILD_PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  kernel: ['make', 'gcc', 'flex', 'bison', 'bc', 'perl', 'gzip', 'depmod', 'tar'],
  'kernel-module': ['make', 'gcc', 'flex', 'bison', 'bc', 'perl'],
  busybox: ['make', 'gcc', 'tar'],
  'u-boot': ['make', 'gcc', 'flex', 'bison', 'bc', 'dtc'],
};

/** What each kind of source is fetched and unpacked with. */
const SOURCE_PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  'debian-package': ['apt-get', 'apt-cache', 'dpkg-deb', 'tar', 'xz'],
  'debian-source': ['apt-get', 'apt-cache', 'dpkg-source', 'patch', 'tar', 'xz', 'bzip2'],
  tarball: ['tar'],
  git: ['git'],
  directory: ['git'],
};

/** What unpacks a tarball, by how its name ends. */
const TARBALL_PROGRAMS: Readonly<Record<string, string>> = {
  gz: 'gzip',
  tgz: 'gzip',
  xz: 'xz',
  bz2: 'bzip2',
  zst: 'zstd',
};

/** What makes a file system beyond the tools in the lock, and looks into it: `ls`, `cat`, `copy`. */
const FILE_SYSTEM_PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  ext2: ['fakeroot', 'tar', 'e2fsck'],
  ext4: ['fakeroot', 'tar', 'e2fsck'],
  squashfs: ['fakeroot', 'tar', 'unsquashfs'],
  fat: ['mmd', 'mdir'],
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
const ncurses: HostNeed = { ...header('ncurses.h', 'libncurses-dev'), target: 'menuconfig' };

/**
 * What the targets of a project need of the host. Pure.
 *
 * @param locked the names of the tools that the lock has for the project
 * @param declarationOf what another project declares: of a board's kernel its compiler's prefix counts
 */
export function hostNeeds(
  declaration: Declaration,
  locked: readonly string[],
  declarationOf: (project: string) => Declaration | undefined,
): HostNeed[] {
  const { kind, options } = declaration;
  return [
    ...locked.flatMap((name) => lockedNeed(name, options)),
    program('flock'), // Every project has a lock.
    ...(BUILD_PROGRAMS[kind] ?? []).map(program),
    ...sourcePrograms(object(options.source)).map(program),
    ...headers(kind, options),
    ...own(kind, options, declarationOf),
  ];
}

/** The name of a lock's tool as something to look for; zlib is Node's own. */
function lockedNeed(name: string, options: Declaration['options']): HostNeed[] {
  if (name === 'zlib') return [];
  if (name.endsWith('-libc')) {
    const prefix = crossPrefix(options.arch as Arch, text(options.crossCompile));
    return [
      { name: `${basename(prefix)}libc.a`, kind: 'library', prefix, debian: staticLibraryPackage(prefix) },
    ];
  }
  return [{ name, kind: 'tool', debian: LOCK_PACKAGES[name] ?? debianPackageOf(name) }];
}

function sourcePrograms({ kind, url }: Readonly<Record<string, unknown>>): string[] {
  const [first] = [url].flat();
  const ending = /\.(\w+)$/.exec(text(first) ?? '')?.[1] ?? '';
  const unpacks = kind === 'tarball' ? TARBALL_PROGRAMS[ending] : undefined;
  const overSsh = kind === 'git' && [url].flat().some((given) => /^ssh:/.test(String(given)));
  return [
    ...(SOURCE_PROGRAMS[String(kind)] ?? []),
    ...(unpacks === undefined ? [] : [unpacks]),
    ...(overSsh ? ['ssh'] : []),
  ];
}

function headers(kind: string, { arch, base }: Declaration['options']): HostNeed[] {
  const host = Object.hasOwn(BUILD_PROGRAMS, kind) ? [header('stdio.h', 'libc6-dev')] : [];
  const openssl = header('openssl/evp.h', 'libssl-dev');
  if (kind === 'busybox') return [...host, ncurses];
  if (kind === 'kernel')
    return [
      ...host,
      ncurses,
      // objtool, which only x86 has in the kernels that are built here, reads ELF.
      ...(arch === 'x86_64' ? [header('gelf.h', 'libelf-dev')] : []),
      // Where cfg80211 is on, which every big defconfig has, the kernel keeps keys, and certs/extract-cert.c reads them.
      ...(/defconfig$/.test(text(base) ?? 'defconfig') ? [openssl] : []),
    ];
  if (kind !== 'u-boot') return host;
  const rom = UBOOT_IMAGE[arch as Arch] === 'u-boot.rom';
  return [...host, ncurses, openssl, ...(rom ? BINMAN : [])];
}

/** U-Boot's binman puts a ROM together: a Python program over a C library that swig wraps. */
const BINMAN: readonly HostNeed[] = [
  ...['python3', 'swig'].map(program),
  { name: 'Python.h', kind: 'python', debian: 'python3-dev' },
  { name: 'setuptools', kind: 'python', debian: 'python3-setuptools' },
];

function own(
  kind: Declaration['kind'],
  options: Declaration['options'],
  declarationOf: (project: string) => Declaration | undefined,
): HostNeed[] {
  switch (kind) {
    case 'initramfs':
      // Those of a kernel or a project get depmod's data; a name alone is of another part.
      return objects(options.modules).length > 0 ? [program('depmod')] : [];
    case 'disk-image':
      return [
        ...['blkid', 'qemu-img'],
        ...textsOf(options.partitions, 'fileSystem').flatMap((name) => FILE_SYSTEM_PROGRAMS[name] ?? []),
      ].map(program);
    case 'iso-image':
      return ['fakeroot', 'tar', 'mmd'].map(program);
    case 'qemu':
      return boardNeeds(options, declarationOf);
    default:
      return [];
  }
}

/** What runs a board, shares directories with it, opens its drives, prints its device tree and debugs it. */
function boardNeeds(
  options: Declaration['options'],
  declarationOf: (project: string) => Declaration | undefined,
): HostNeed[] {
  const { arch, kernel } = options;
  const shares = textsOf(options.shares, 'type');
  const programs = [
    'setpriv',
    ...(volumeLoaders(options.boot).length > 0 ? ['mmd'] : []),
    ...(objects(options.drives).length > 0 ? ['qemu-img'] : []),
    ...(shares.includes('virtiofs') ? ['unshare'] : []),
  ];
  const prefix = crossPrefix(arch as Arch, text(declarationOf(text(kernel) ?? '')?.options.crossCompile));
  const gdb: HostNeed = {
    name: `gdb for ${String(arch)}`,
    kind: 'gdb',
    debian: debianPackageOf('gdb-multiarch'),
    arch: arch as Arch,
    prefix,
    target: 'debug',
  };
  return [
    ...programs.map(program),
    ...(shares.includes('virtiofs') ? [{ ...program('virtiofsd'), kind: 'virtiofsd' as const }] : []),
    ...(shares.includes('smb') ? [{ ...program('smbd'), kind: 'smbd' as const }] : []),
    // A PC has no device tree.
    ...(arch === 'x86_64' ? [] : [{ ...program('dtc'), target: 'dtb' as const }]),
    gdb,
    { ...program('readelf'), target: 'debug' },
  ];
}
