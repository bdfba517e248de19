import { readFileSync } from 'node:fs';
import { ARCHITECTURES, crossPackages, type Arch } from './architectures.js';

/** The distributions whose packages are known. */
export const DISTRIBUTIONS = {
  debian: { title: 'Debian, Ubuntu', install: 'apt-get install' },
  fedora: { title: 'Fedora', install: 'dnf install' },
  arch: { title: 'Arch', install: 'pacman -S' },
} as const;
export type Distribution = keyof typeof DISTRIBUTIONS;

/** os-release(5): the `ID`s of these and of what is made of them. */
const IDS: Readonly<Record<string, Distribution>> = {
  debian: 'debian',
  ubuntu: 'debian',
  fedora: 'fedora',
  rhel: 'fedora',
  arch: 'arch',
};

/** Which of them an os-release file describes: by its `ID`, else by what it says it is like. */
export function parseOsRelease(text: string): Distribution | undefined {
  const value = (key: string) => new RegExp(`^${key}=["']?([^"'\n]*)`, 'm').exec(text)?.[1]?.split(' ') ?? [];
  const id = [...value('ID'), ...value('ID_LIKE')].find((name) => Object.hasOwn(IDS, name));
  return id === undefined ? undefined : IDS[id];
}

/**
 * The release of Debian whose packages an os-release file stands for; Infinity for one that has no number yet, as sid, and for what is
 * only made of Debian. Ubuntu 25.04 is the first of its releases that was made after Debian 13's packages were divided.
 */
export function parseDebianRelease(text: string): number {
  const [, id] = /^ID=["']?(\w+)/m.exec(text) ?? [];
  const version = Number(/^VERSION_ID=["']?(\d+)/m.exec(text)?.[1] ?? Infinity);
  if (id === 'debian') return version;
  return id === 'ubuntu' && version < 25 ? 12 : Infinity;
}

/** The distribution of this host, where it is a known one. */
export function hostDistribution(): Distribution | undefined {
  const text = readOsRelease();
  return text === undefined ? undefined : parseOsRelease(text);
}

function readOsRelease(): string | undefined {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      // os-release(5): the second is read where the first is not there.
    }
  }
  return undefined;
}

/** Packages that Debian 13 took out of another one: each with that one. */
const DIVIDED: Readonly<Record<string, string>> = {
  'qemu-system-riscv': 'qemu-system-misc',
  'qemu-system-s390x': 'qemu-system-misc',
};

/** The same on both of the others. */
const both = (name: string) => ({ fedora: name, arch: name });

/**
 * The names of Debian's packages in Fedora and Arch; several names if they split the package. A name is missing if no known
 * package has the program under the name that we look for: Fedora's grub-mkimage is grub2-mkimage, its 32-bit arm compiler has
 * the prefix arm-linux-gnu-, and Arch has neither that compiler nor an x86_64-linux-gnu-gcc outside the AUR.
 *
 * Sources for the names that are not obvious: libvirt-ci's mappings.yml (glibc-static, rust, rust-std-static, qemu-img, xz, xorriso),
 * mkosi's mkosi-tools (virtiofsd, edk2-ovmf, qemu-system-*, apt, squashfs-tools, grub), Arch's PKGBUILDs of edk2
 * (edk2-aarch64), glibc (its static library is in glibc) and rust (aarch64-linux-gnu-glibc), Fedora's cross-binutils.spec
 * (each host gets each target's), lorax.spec (syslinux-nonlinux, uboot-tools) and gdb.spec (enable-targets).
 */
const ELSEWHERE: Readonly<Record<string, { fedora?: string; arch?: string }>> = {
  ...Object.fromEntries(Object.values(ARCHITECTURES).flatMap(crossElsewhere)),
  'device-tree-compiler': both('dtc'),
  'dpkg-dev': { fedora: 'dpkg-dev', arch: 'dpkg' },
  fdisk: both('util-linux'),
  // Which architectures theirs knows is their release's matter; `debug` asks it.
  'gdb-multiarch': both('gdb'),
  'grub-efi-amd64-bin': { arch: 'grub' },
  isolinux: { fedora: 'syslinux-nonlinux', arch: 'syslinux' },
  'libc6-dev': { fedora: 'glibc-static', arch: 'glibc' },
  'libelf-dev': { fedora: 'elfutils-libelf-devel', arch: 'libelf' },
  'libncurses-dev': { fedora: 'ncurses-devel', arch: 'ncurses' },
  'libssl-dev': { fedora: 'openssl-devel', arch: 'openssl' },
  'libstd-rust-dev': { fedora: 'rust-std-static', arch: 'rust' },
  'openssh-client': { fedora: 'openssh-clients', arch: 'openssh' },
  ovmf: both('edk2-ovmf'),
  perl: { fedora: 'perl-interpreter', arch: 'perl' },
  python3: { fedora: 'python3', arch: 'python' },
  'python3-dev': { fedora: 'python3-devel', arch: 'python' },
  'python3-setuptools': { fedora: 'python3-setuptools', arch: 'python-setuptools' },
  'qemu-efi-aarch64': both('edk2-aarch64'),
  'qemu-system-arm': both('qemu-system-arm qemu-system-aarch64'),
  'qemu-system-common': both('virtiofsd'),
  'qemu-system-misc': both('qemu-system-loongarch64'),
  'qemu-system-riscv': both('qemu-system-riscv'),
  'qemu-system-s390x': both('qemu-system-s390x'),
  'qemu-utils': both('qemu-img'),
  rustc: both('rust'),
  'syslinux-common': { fedora: 'syslinux-nonlinux', arch: 'syslinux' },
  'u-boot-tools': both('uboot-tools'),
  xorriso: { fedora: 'xorriso', arch: 'libisoburn' },
  'xz-utils': both('xz'),
};

/** Packages that have the same name everywhere. */
const SAME = new Set([
  ...[
    'apt',
    'bc',
    'bison',
    'bzip2',
    'ccache',
    'coreutils',
    'dosfstools',
    'dpkg',
    'e2fsprogs',
    'fakeroot',
    'flex',
  ],
  ...[
    'gcc',
    'git',
    'gzip',
    'binutils',
    'lz4',
    'make',
    'mtools',
    'patch',
    'qemu-system-mips',
    'qemu-system-ppc',
    'qemu-system-sparc',
  ],
  ...['clang', 'kmod', 'lld', 'llvm', 'samba'],
  ...['qemu-system-x86', 'squashfs-tools', 'swig', 'syslinux', 'tar', 'util-linux', 'zstd'],
]);

/** The names of an architecture's cross packages where another distribution has the compiler under the same prefix. */
function crossElsewhere(architecture: (typeof ARCHITECTURES)[Arch]) {
  const { triple, elsewhere } = architecture;
  const { compiler, binutils, library } = crossPackages(architecture);
  const own = (fedora: string | undefined, arch: string) => ({
    ...(elsewhere.includes('fedora') && fedora !== undefined ? { fedora } : {}),
    ...(elsewhere.includes('arch') ? { arch } : {}),
  });
  return [
    [compiler, own(`gcc-${triple}`, `${triple}-gcc`)],
    [binutils, own(`binutils-${triple}`, `${triple}-binutils`)],
    // Fedora's cross compilers come without a C library.
    [library, own(undefined, `${triple}-glibc`)],
  ] as const;
}

/** The plain package in place of a cross package for the host's own architecture: gcc for gcc-x86-64-linux-gnu. */
function nativePackage(debian: string, host: string): string | undefined {
  const own = Object.values(ARCHITECTURES).find(({ node }) => node === host);
  if (own === undefined) return undefined;
  const { compiler, binutils, library } = crossPackages(own);
  const plain = new Map([
    [compiler, 'gcc'],
    [binutils, 'binutils'],
    [library, 'libc6-dev'],
  ]);
  return plain.get(debian);
}

/**
 * The distribution's name for a Debian package; undefined if it has no such package, or if we do not know one. On Debian the
 * host's own compiler has a name like those of cross compilers, but maybe no package of that name: gcc contains it.
 *
 * @param machine its architecture, as Node names it
 * @param release of Debian: see {@link parseDebianRelease}
 */
export function packageName(
  debian: string,
  distribution: Distribution,
  machine: string = process.arch,
  release: number = parseDebianRelease(readOsRelease() ?? ''),
): string | undefined {
  if (distribution === 'debian')
    return nativePackage(debian, machine) ?? (release < 13 ? (DIVIDED[debian] ?? debian) : debian);
  return SAME.has(debian) ? debian : ELSEWHERE[debian]?.[distribution];
}

/** Whether the other distributions' names of a Debian package are known. */
export function isTranslated(debian: string): boolean {
  return SAME.has(debian) || Object.hasOwn(ELSEWHERE, debian);
}

/**
 * The command that installs packages, named as Debian does; undefined where the distribution has none of them.
 *
 * @param machine its architecture, as Node names it
 */
export function installLine(
  debian: readonly string[],
  distribution: Distribution,
  machine: string = process.arch,
): string | undefined {
  const names = debian.flatMap((name) => packageName(name, distribution, machine)?.split(' ') ?? []);
  if (names.length === 0) return undefined;
  return `${DISTRIBUTIONS[distribution].install} ${[...new Set(names)].sort().join(' ')}`;
}

/** The releases that have a package: those of Debian from some on, if it is a young one. */
function releases(debian: string, distribution: Distribution): string {
  const { title } = DISTRIBUTIONS[distribution];
  if (distribution !== 'debian') return title;
  const young = Object.values(ARCHITECTURES).find((architecture) =>
    Object.values(crossPackages(architecture)).includes(debian),
  );
  return young?.debianSince === undefined ? title : `Debian ${young.debianSince} and newer`;
}

/**
 * How to install a package, named as Debian does, in words for an error.
 *
 * @param host whose line; undefined: one for each distribution
 * @param machine its architecture, as Node names it
 */
export function describeInstall(
  debian: string,
  host: Distribution | undefined,
  machine: string = process.arch,
): string {
  const known = Object.keys(DISTRIBUTIONS) as Distribution[];
  const lines = (host ? [host] : known).flatMap((distribution) => {
    const line = installLine([debian], distribution, machine);
    return line === undefined ? [] : [`${line} (${releases(debian, distribution)})`];
  });
  if (lines.length > 0) return `Install it: ${lines.join('; ')}`;
  const none = `No package of ${DISTRIBUTIONS[host!].title} is known to have it; Debian's is ${debian}`;
  const native = nativePackage(debian, machine) !== undefined;
  return native ? `${none}. This machine's own compiler will do: set crossCompile to an empty string` : none;
}
