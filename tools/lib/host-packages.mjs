/**
 * The host packages that the demo and the tests need, and how they get there. Only Node's own modules: this runs
 * before `npm install`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';

const CROSS = {
  arm64: ['gcc-x86-64-linux-gnu', 'libc6-dev-amd64-cross'],
  x64: ['gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross'],
};

/** To build and boot the demo. */
const DEMO = [
  'bc',
  'bison',
  'bzip2',
  'ca-certificates',
  'ccache',
  'cpio',
  'dosfstools',
  'dpkg-dev',
  'fdisk',
  'flex',
  'gcc',
  'git',
  'kmod',
  'libc6-dev',
  'libelf-dev',
  'libncurses-dev',
  'libssl-dev',
  'make',
  'mtools',
  'patch',
  'perl',
  'python3',
  'qemu-system-arm',
  'qemu-system-x86',
  'rsync',
  'tar',
  'util-linux',
  'xz-utils',
  'zstd',
  ...(CROSS[process.arch] ?? CROSS.x64),
];

/** To run the tests as well: other compressors and compilers, a stand-alone conf, a faked clock, a terminal to type in, clangd. */
const TESTS = [
  'apt-utils',
  'binutils',
  'clang',
  'clangd',
  'device-tree-compiler',
  'e2fsprogs',
  'faketime',
  'fakeroot',
  'gdb-multiarch',
  'grub-efi-amd64-bin',
  'iproute2',
  'isolinux',
  'kconfig-frontends',
  'lld',
  'llvm',
  'lz4',
  'openssl',
  'ovmf',
  'procps',
  'qemu-efi-aarch64',
  'qemu-system-misc',
  'qemu-utils',
  'rustc',
  'squashfs-tools',
  'strace',
  'syslinux',
  'syslinux-common',
  'tmux',
  'u-boot-tools',
  'xorriso',
];

/** Needed by `npm run test:deep` only: boards of other architectures, a share by SMB, bare machines. */
const DEEP = [
  // U-Boot for x86_64 puts its ROM together by a Python program over a C library.
  ...['python3-dev', 'python3-setuptools', 'swig'],
  'gcc-arm-linux-gnueabihf',
  'gcc-riscv64-linux-gnu',
  'libc6-dev-armhf-cross',
  'libc6-dev-riscv64-cross',
  'mmdebstrap',
  'gcc-i686-linux-gnu',
  'libc6-dev-i386-cross',
  'gcc-s390x-linux-gnu',
  'libc6-dev-s390x-cross',
  'gcc-powerpc64le-linux-gnu',
  'libc6-dev-ppc64el-cross',
  'qemu-system-ppc',
  'gcc-mips64el-linux-gnuabi64',
  'libc6-dev-mips64el-cross',
  'qemu-system-mips',
  'opensbi',
  'samba',
];

/** @typedef {'demo' | 'tests' | 'deep'} Purpose each needs what those before it do */

const PACKAGES = { demo: DEMO, tests: [...DEMO, ...TESTS], deep: [...DEMO, ...TESTS, ...DEEP] };

/** @param {Purpose} purpose */
function wantedPackages(purpose) {
  const packages = PACKAGES[purpose];
  return packages.includes('qemu-system-misc') ? [...packages, ...dividedPackages()] : packages;
}

/** From Debian 13 on, the emulators of riscv64 and s390x are no longer in qemu-system-misc; Ubuntu 25.04 was made after that. */
function dividedPackages() {
  const text = readFileSync('/etc/os-release', 'utf8');
  const release = Number(/^VERSION_ID="?(\d+)/m.exec(text)?.[1] ?? Infinity);
  const isOlder = /^ID=debian$/m.test(text) ? release < 13 : /^ID=ubuntu$/m.test(text) && release < 25;
  return isOlder ? [] : ['qemu-system-riscv', 'qemu-system-s390x'];
}

/** Of `packages`, those that dpkg does not have installed. */
function missingPackages(packages) {
  const query = spawnSync(
    'dpkg-query',
    ['--show', '--showformat=${db:Status-Status} ${Package}\\n', ...packages],
    {
      encoding: 'utf8',
    },
  );
  if (query.error) return packages;
  const installed = new Set(
    query.stdout
      .split('\n')
      .filter((line) => line.startsWith('installed '))
      .map((line) => line.slice('installed '.length)),
  );
  return packages.filter((name) => !installed.has(name));
}

function run(argv) {
  console.log(`+ ${argv.join(' ')}`);
  const { status, error } = spawnSync(argv[0], argv.slice(1), {
    stdio: ['inherit', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (error || status !== 0)
    throw new Error(`${argv.join(' ')} failed${error ? `: ${error.message}` : ` with exit code ${status}`}`);
}

/**
 * Installs what is missing: as root straight away, by sudo after asking, else it prints the exact line and ends.
 * @param {Purpose} purpose
 */
export async function ensurePackages(purpose) {
  const missing = missingPackages(wantedPackages(purpose));
  if (missing.length === 0) return;
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing];
  if (process.getuid?.() === 0) {
    run(['apt-get', 'update', '--quiet']);
    run(install);
    return;
  }
  const line = `sudo apt-get update && sudo ${install.join(' ')}`;
  const hasSudo = spawnSync('sudo', ['--version'], { stdio: 'ignore' }).status === 0;
  if (
    hasSudo &&
    process.stdin.isTTY &&
    (await agrees(`These host packages are missing:\n  ${missing.join(' ')}\nInstall them with sudo?`))
  ) {
    run(['sudo', 'apt-get', 'update', '--quiet']);
    run(['sudo', ...install]);
    return;
  }
  console.error(`Host packages are missing. Install them, then run this again:\n\n  ${line}\n`);
  process.exit(1);
}

async function agrees(question) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [Y/n] `);
  terminal.close();
  return /^(y|yes|)$/i.test(answer.trim());
}
