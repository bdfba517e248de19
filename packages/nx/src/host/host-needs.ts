import { basename } from 'node:path';
import { crossPrefix, staticLibraryPackage, type Arch } from '@bringup/kbuild/graph';
import { debianPackageOf } from '@bringup/process';
import { UEFI_ARCHES } from '@bringup/qemu/graph';
import { KINDS } from '../plugin/kinds.js';
import { object, text } from '../options/unchecked.js';
import type { Declaration } from '../workspace/declaration.js';
import { programNeed, type HostNeed } from '../lock/host-need.js';

/** The programs that fetch and unpack each kind of source. */
const SOURCE_PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  'debian-package': ['apt-get', 'apt-cache', 'dpkg-deb', 'tar', 'xz'],
  'debian-source': ['apt-get', 'apt-cache', 'dpkg-source', 'patch', 'tar', 'xz', 'bzip2'],
  tarball: ['tar'],
  git: ['git'],
  directory: ['git'],
};

/** The program that unpacks a tarball, by the end of the tarball's name. */
const TARBALL_PROGRAMS: Readonly<Record<string, string>> = {
  gz: 'gzip',
  tgz: 'gzip',
  xz: 'xz',
  bz2: 'bzip2',
  zst: 'zstd',
};

/** Names in the lock that are not programs, and Debian's package of each. */
const LOCK_PACKAGES: Readonly<Record<string, string>> = {
  isolinux: 'isolinux',
  'syslinux-mbr': 'syslinux-common',
  ...Object.fromEntries(Object.values(UEFI_ARCHES).map(({ name, debian }) => [`uefi-${name}`, debian])),
};

/**
 * The host programs and packages that the targets of a project need. Pure.
 *
 * @param locked the names of the tools that the lock has for the project
 * @param declarationOf the declaration of another project: the compiler prefix of a board's kernel counts
 */
export function hostNeeds(
  declaration: Declaration,
  locked: readonly string[],
  declarationOf: (project: string) => Declaration | undefined,
): HostNeed[] {
  const { kind, options } = declaration;
  return [
    ...locked.flatMap((name) => lockedNeed(name, options)),
    programNeed('flock'), // Every project has a lock.
    ...KINDS[kind].hostNeeds(options, declarationOf),
    ...sourcePrograms(object(options.source)).map(programNeed),
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
