import { ubootFirmwareName, type Arch } from '@bringup/kbuild/graph';
import { headerNeed, programNeed, type HostNeed } from '../../lock/host-need.js';
import { text, texts } from '../../options/unchecked.js';

type Options = Readonly<Record<string, unknown>>;

const NCURSES: HostNeed = { ...headerNeed('ncurses.h', 'libncurses-dev'), target: 'menuconfig' };
const OPENSSL = headerNeed('openssl/evp.h', 'libssl-dev');

/** The programs, besides the compilers in the lock, with which make compiles the host programs that build the rest. */
export function makeNeeds(programs: readonly string[]): HostNeed[] {
  return [...['make', 'gcc', ...programs].map(programNeed), headerNeed('stdio.h', 'libc6-dev')];
}

function patchNeeds(patches: unknown): HostNeed[] {
  return texts(patches).length > 0 ? [programNeed('patch')] : [];
}

/** The programs and headers that build and publish a kernel. */
export function kernelHostNeeds({ arch, base, patches }: Options): HostNeed[] {
  return [
    ...patchNeeds(patches),
    ...makeNeeds(['flex', 'bison', 'bc', 'perl', 'gzip', 'depmod', 'tar']),
    NCURSES,
    // objtool, which only x86 has in the kernels that are built here, reads ELF.
    ...(arch === 'x86_64' ? [headerNeed('gelf.h', 'libelf-dev')] : []),
    // Where cfg80211 is on, which every big defconfig has, the kernel keeps keys, and certs/extract-cert.c reads them.
    ...(/defconfig$/.test(text(base) ?? 'defconfig') ? [OPENSSL] : []),
  ];
}

/** The programs and headers that build and publish BusyBox. */
export function busyboxHostNeeds({ patches }: Options): HostNeed[] {
  return [...patchNeeds(patches), ...makeNeeds(['tar']), NCURSES];
}

/** The programs and headers that build U-Boot. */
export function ubootHostNeeds({ arch, patches }: Options): HostNeed[] {
  const rom = ubootFirmwareName(arch as Arch) === 'u-boot.rom';
  const programs = makeNeeds(['flex', 'bison', 'bc', 'dtc']);
  return [...patchNeeds(patches), ...programs, NCURSES, OPENSSL, ...(rom ? BINMAN : [])];
}

/** U-Boot's binman puts a ROM together: a Python program over a C library that swig wraps. */
const BINMAN: readonly HostNeed[] = [
  ...['python3', 'swig'].map(programNeed),
  { name: 'Python.h', kind: 'python', debian: 'python3-dev' },
  { name: 'setuptools', kind: 'python', debian: 'python3-setuptools' },
];
