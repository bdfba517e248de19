import { readFileSync } from 'node:fs';

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

/** The distribution of this host, where it is a known one. */
export function hostDistribution(): Distribution | undefined {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      return parseOsRelease(readFileSync(path, 'utf8'));
    } catch {
      // os-release(5): the second is read where the first is not there.
    }
  }
  return undefined;
}

/** The same on both of the others. */
const both = (name: string) => ({ fedora: name, arch: name });

/**
 * What Fedora and Arch call a package of Debian's; several where they part it. Nothing where they have no program of that
 * name: Fedora's grub-mkimage is grub2-mkimage, and its 32-bit arm compiler has another prefix.
 */
const ELSEWHERE: Readonly<Record<string, { fedora?: string; arch?: string }>> = {
  'binutils-aarch64-linux-gnu': { fedora: 'binutils-aarch64-linux-gnu', arch: 'aarch64-linux-gnu-binutils' },
  'binutils-arm-linux-gnueabihf': {},
  'binutils-riscv64-linux-gnu': { fedora: 'binutils-riscv64-linux-gnu', arch: 'riscv64-linux-gnu-binutils' },
  'binutils-x86-64-linux-gnu': { fedora: 'binutils-x86_64-linux-gnu' },
  'device-tree-compiler': both('dtc'),
  'dpkg-dev': { fedora: 'dpkg-dev', arch: 'dpkg' },
  fdisk: both('util-linux'),
  'gcc-aarch64-linux-gnu': { fedora: 'gcc-aarch64-linux-gnu', arch: 'aarch64-linux-gnu-gcc' },
  'gcc-arm-linux-gnueabihf': {},
  'gcc-riscv64-linux-gnu': { fedora: 'gcc-riscv64-linux-gnu', arch: 'riscv64-linux-gnu-gcc' },
  'gcc-x86-64-linux-gnu': { fedora: 'gcc-x86_64-linux-gnu' },
  'grub-efi-amd64-bin': { arch: 'grub' },
  // Fedora's and Arch's gdb is the one for every architecture, under gdb's own name.
  'gdb-multiarch': {},
  isolinux: both('syslinux'),
  'libc6-dev': { fedora: 'glibc-static', arch: 'glibc' },
  'libc6-dev-amd64-cross': {},
  'libc6-dev-arm64-cross': { arch: 'aarch64-linux-gnu-glibc' },
  'libc6-dev-armhf-cross': {},
  'libc6-dev-riscv64-cross': { arch: 'riscv64-linux-gnu-glibc' },
  'libelf-dev': { fedora: 'elfutils-libelf-devel', arch: 'libelf' },
  'libncurses-dev': { fedora: 'ncurses-devel', arch: 'ncurses' },
  'libstd-rust-dev': { fedora: 'rust-std-static', arch: 'rust' },
  'libssl-dev': { fedora: 'openssl-devel', arch: 'openssl' },
  'openssh-client': { fedora: 'openssh-clients', arch: 'openssh' },
  ovmf: both('edk2-ovmf'),
  perl: { fedora: 'perl-interpreter', arch: 'perl' },
  'qemu-efi-aarch64': both('edk2-aarch64'),
  'qemu-system-arm': both('qemu-system-arm qemu-system-aarch64'),
  'qemu-system-common': both('virtiofsd'),
  'qemu-system-misc': both('qemu-system-riscv'),
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
  ],
  ...['clang', 'kmod', 'lld', 'llvm', 'samba'],
  ...['qemu-system-x86', 'squashfs-tools', 'syslinux', 'tar', 'util-linux', 'zstd'],
]);

/** What a distribution calls a package of Debian's, or undefined where it has none, or none that is known. */
export function packageName(debian: string, distribution: Distribution): string | undefined {
  if (distribution === 'debian' || SAME.has(debian)) return debian;
  return ELSEWHERE[debian]?.[distribution];
}

/** Whether it is known what the others call a package of Debian's. */
export function isTranslated(debian: string): boolean {
  return SAME.has(debian) || debian in ELSEWHERE;
}

/** The command that installs packages, named as Debian does; undefined where the distribution has none of them. */
export function installLine(debian: readonly string[], distribution: Distribution): string | undefined {
  const names = debian.flatMap((name) => packageName(name, distribution)?.split(' ') ?? []);
  if (names.length === 0) return undefined;
  return `${DISTRIBUTIONS[distribution].install} ${[...new Set(names)].sort().join(' ')}`;
}

/**
 * How to install a package, named as Debian does, in words for an error.
 *
 * @param host whose line; undefined: one for each distribution
 */
export function describeInstall(debian: string, host: Distribution | undefined): string {
  const known = Object.keys(DISTRIBUTIONS) as Distribution[];
  const lines = (host ? [host] : known).flatMap((distribution) => {
    const line = installLine([debian], distribution);
    return line === undefined ? [] : [`${line} (${DISTRIBUTIONS[distribution].title})`];
  });
  if (lines.length > 0) return `Install it: ${lines.join('; ')}`;
  return `No package of ${DISTRIBUTIONS[host!].title} is known to have it; Debian's is ${debian}`;
}
