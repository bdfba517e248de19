import { ARCHITECTURES, crossPackages, type Arch } from './architectures.js';
import { describeInstall, hostDistribution, packageName } from './distributions.js';
import { ToolError } from './errors.js';

/** Host programs and the Debian package that has each; the one table that every "missing program" message uses. */
const DEBIAN_PACKAGES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.values(ARCHITECTURES).flatMap(architecturePrograms)),
  'qemu-system-sparc': 'qemu-system-sparc',
  'apt-cache': 'apt',
  'apt-get': 'apt',
  bc: 'bc',
  bison: 'bison',
  blkid: 'util-linux',
  bzip2: 'bzip2',
  ccache: 'ccache',
  clang: 'clang',
  cp: 'coreutils',
  dd: 'coreutils',
  debugfs: 'e2fsprogs',
  depmod: 'kmod',
  'dpkg-deb': 'dpkg',
  'dpkg-source': 'dpkg-dev',
  dtc: 'device-tree-compiler',
  dumpimage: 'u-boot-tools',
  e2fsck: 'e2fsprogs',
  fakeroot: 'fakeroot',
  flex: 'flex',
  flock: 'util-linux',
  gcc: 'gcc',
  'gdb-multiarch': 'gdb-multiarch',
  git: 'git',
  'grub-mkimage': 'grub-efi-amd64-bin',
  gzip: 'gzip',
  ld: 'binutils',
  'ld.lld': 'lld',
  'llvm-objcopy': 'llvm',
  'llvm-strip': 'llvm',
  lz4: 'lz4',
  make: 'make',
  mcopy: 'mtools',
  mdir: 'mtools',
  mke2fs: 'e2fsprogs',
  'mkfs.fat': 'dosfstools',
  mkimage: 'u-boot-tools',
  mksquashfs: 'squashfs-tools',
  mmd: 'mtools',
  patch: 'patch',
  perl: 'perl',
  'qemu-img': 'qemu-utils',
  readelf: 'binutils',
  python3: 'python3',
  rustc: 'rustc',
  'rust-std': 'libstd-rust-dev',
  setpriv: 'util-linux',
  sfdisk: 'fdisk',
  smbd: 'samba',
  ssh: 'openssh-client',
  strip: 'binutils',
  swig: 'swig',
  syslinux: 'syslinux',
  tar: 'tar',
  unshare: 'util-linux',
  unsquashfs: 'squashfs-tools',
  virtiofsd: 'qemu-system-common',
  xorriso: 'xorriso',
  xz: 'xz-utils',
  zstd: 'zstd',
};

/** The programs that build and run guests of one architecture, each with its package. */
function architecturePrograms(architecture: (typeof ARCHITECTURES)[Arch]): [string, string][] {
  const { triple, emulator, emulatorPackage } = architecture;
  const { compiler, binutils } = crossPackages(architecture);
  return [
    [`${triple}-gcc`, compiler],
    [`${triple}-ld`, binutils],
    [`${triple}-strip`, binutils],
    [emulator, emulatorPackage],
  ];
}

/** The Debian package that has `program`, where it is known; of a cross compiler the one for hosts of another architecture. */
export function debianPackageOf(program: string): string | undefined {
  return DEBIAN_PACKAGES[program];
}

/** Every Debian package of the table. */
export function debianPackages(): string[] {
  return [...new Set(Object.values(DEBIAN_PACKAGES))];
}

/**
 * The error for a program that is not on this machine: `TOOL_MISSING`, with the line that installs the package that has it.
 *
 * @param host whose line; default: this one's, and where that is unknown, one for each distribution
 */
export function missingProgram(program: string, cause?: unknown, host = hostDistribution()): ToolError {
  const debian = debianPackageOf(program);
  const remedy = debian ? describeInstall(debian, host) : 'Install it, or correct the option that names it';
  return new ToolError(
    'TOOL_MISSING',
    `${program}: program not found in PATH. ${remedy}.`,
    { program, debian: debian && packageName(debian, 'debian') },
    cause,
  );
}
