import {
  describeInstall,
  installLine,
  isTranslated,
  packageName,
  parseDebianRelease,
  parseOsRelease,
} from './distributions.js';
import { debianPackageOf, debianPackages, missingProgram } from './programs.js';

it.each([
  ['PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', 'debian'],
  ['ID=ubuntu\nID_LIKE=debian\n', 'debian'],
  ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', 'debian'],
  ['NAME="Fedora Linux"\nID=fedora\n', 'fedora'],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'fedora'],
  ['ID=arch\n', 'arch'],
  ['ID=manjaro\nID_LIKE=arch\n', 'arch'],
  ['ID=alpine\n', undefined],
  ['VERSION_ID=debian\n', undefined],
  ['', undefined],
])('os-release %j is of %s', (text, distribution) => expect(parseOsRelease(text)).toBe(distribution));

it.each([
  ['ID=debian\nVERSION_ID="12"\n', 12],
  ['VERSION_ID="13"\nID=debian\n', 13],
  ['ID=debian\nVERSION_CODENAME=forky\n', Infinity],
  ['ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n', 12],
  ['ID=ubuntu\nID_LIKE=debian\nVERSION_ID="25.10"\n', Infinity],
  ['ID=linuxmint\nVERSION_ID="22"\n', Infinity],
])('os-release %j has the packages of Debian %d', (text, release) => {
  expect(parseDebianRelease(text)).toBe(release);
});

it.each([
  ['qemu-system-riscv64', 12, 'qemu-system-misc'],
  ['qemu-system-riscv64', 13, 'qemu-system-riscv'],
  ['qemu-system-s390x', 12, 'qemu-system-misc'],
  ['qemu-system-s390x', Infinity, 'qemu-system-s390x'],
  ['qemu-system-loongarch64', 13, 'qemu-system-misc'],
])('%s is, in Debian %d, in %s', (program, release, name) => {
  expect(packageName(debianPackageOf(program)!, 'debian', 'x64', release)).toBe(name);
});

it('knows what the others call every package of the table', () => {
  expect(debianPackages().filter((name) => !isTranslated(name))).toEqual([]);
});

it('makes one line of packages, each once, and leaves out those that a distribution lacks', () => {
  const packages = ['zstd', 'qemu-system-arm', 'fdisk', 'util-linux', 'gcc-arm-linux-gnueabihf'];
  expect(installLine(packages, 'debian')).toBe(
    'apt-get install fdisk gcc-arm-linux-gnueabihf qemu-system-arm util-linux zstd',
  );
  expect(installLine(packages, 'fedora')).toBe(
    'dnf install qemu-system-aarch64 qemu-system-arm util-linux zstd',
  );
  expect(installLine(['xz-utils'], 'arch')).toBe('pacman -S xz');
  expect(installLine(['gcc-arm-linux-gnueabihf'], 'arch')).toBeUndefined();
});

it.each([
  ['debian', 'Install it: apt-get install xz-utils (Debian, Ubuntu)'],
  ['fedora', 'Install it: dnf install xz (Fedora)'],
  ['arch', 'Install it: pacman -S xz (Arch)'],
] as const)('on %s: %s', (host, said) => expect(describeInstall('xz-utils', host)).toBe(said));

it('names what it can where the host is not known, or has no such package', () => {
  expect(describeInstall('xz-utils', undefined)).toBe(
    'Install it: apt-get install xz-utils (Debian, Ubuntu); dnf install xz (Fedora); pacman -S xz (Arch)',
  );
  expect(describeInstall('gcc-arm-linux-gnueabihf', 'arch')).toBe(
    "No package of Arch is known to have it; Debian's is gcc-arm-linux-gnueabihf",
  );
});

it('says which Debian has a compiler that not all have', () => {
  expect(missingProgram('loongarch64-linux-gnu-gcc', undefined, 'debian').message).toBe(
    'loongarch64-linux-gnu-gcc: program not found in PATH. ' +
      'Install it: apt-get install gcc-loongarch64-linux-gnu (Debian 13 and newer).',
  );
});

it('speaks of a missing program through the same table', () => {
  expect(missingProgram('sfdisk', undefined, 'fedora')).toMatchObject({
    code: 'TOOL_MISSING',
    message: 'sfdisk: program not found in PATH. Install it: dnf install util-linux (Fedora).',
    fields: { program: 'sfdisk', debian: 'fdisk' },
  });
  expect(missingProgram('frobnicate').message).toMatch(/Install it, or correct the option that names it\.$/);
});

it.each([
  ['x86_64-linux-gnu-gcc', 'debian', 'x64', 'gcc'],
  ['x86_64-linux-gnu-gcc', 'debian', 'arm64', 'gcc-x86-64-linux-gnu'],
  ['aarch64-linux-gnu-ld', 'debian', 'arm64', 'binutils'],
  ['aarch64-linux-gnu-ld', 'debian', 'x64', 'binutils-aarch64-linux-gnu'],
  // Their own compilers have other prefixes: x86_64-redhat-linux, x86_64-pc-linux-gnu.
  ['x86_64-linux-gnu-gcc', 'fedora', 'x64', 'gcc-x86_64-linux-gnu'],
  ['x86_64-linux-gnu-gcc', 'arch', 'x64', undefined],
  ['aarch64-linux-gnu-gcc', 'fedora', 'arm64', 'gcc-aarch64-linux-gnu'],
] as const)('%s on %s, %s, is in %s', (program, distribution, host, name) =>
  expect(packageName(debianPackageOf(program)!, distribution, host)).toBe(name),
);

it.each([
  ['libc6-dev-amd64-cross', 'debian', 'x64', 'libc6-dev'],
  ['libc6-dev-amd64-cross', 'debian', 'arm64', 'libc6-dev-amd64-cross'],
  ['libc6-dev-arm64-cross', 'arch', 'x64', 'aarch64-linux-gnu-glibc'],
  ['libc6-dev-arm64-cross', 'fedora', 'x64', undefined],
  ['libc6-dev', 'fedora', 'x64', 'glibc-static'],
] as const)('%s on %s, %s, is %s', (debian, distribution, host, name) =>
  expect(packageName(debian, distribution, host)).toBe(name),
);

it.each([
  ['gcc-x86-64-linux-gnu', 'x64'],
  ['libc6-dev-amd64-cross', 'x64'],
] as const)('where Arch has no %s for %s, the own compiler serves', (debian, machine) =>
  expect(describeInstall(debian, 'arch', machine)).toMatch(
    /^No package of Arch is known .*\. .*set crossCompile to an empty string$/,
  ),
);
