import { UserError } from '@bringup/process';
import { ARCHES, type Arch } from './arches.js';

/** The peculiarities of one kind of program built by Kconfig and make. Everything else is shared. */
export interface KconfigProgram {
  readonly name: 'kernel' | 'busybox' | 'u-boot';
  /** In words, for messages. */
  readonly title: string;
  /** Files and directories that every source tree of the kind has. */
  readonly marks: (arch: Arch) => readonly string[];
  /** The first Kconfig file, relative to the tree. */
  readonly kconfigRoot: string;
  /** Variables of make. U-Boot's Makefile is not told the arch, which stands in the configuration. */
  readonly variables: (arch: Arch) => readonly string[];
  /** The default base configuration. @throws UserError `NO_BOOT_PATH` where the architecture has none */
  readonly defaultBase: (arch: Arch) => string;
  /** Where the tree keeps fragments of its own, in the order they are merged. */
  readonly treeFragments: (arch: Arch) => readonly string[];
  /** The goal that resolves a merged `.config`, and its input: `olddefconfig` asks no questions, but the older `oldconfig` does. */
  readonly resolve: { readonly goal: string; readonly input: string };
  /** Make goals of a build. */
  readonly goals: (arch: Arch) => readonly string[];
  /** Published files: name, and place in the output directory after the goals are made. */
  readonly artifacts: (arch: Arch) => Readonly<Record<string, string>>;
  /** The tools whose version is part of what comes out, as suffixes of the cross prefix. */
  readonly tools: readonly string[];
  /** Tools of the host itself that leave their mark, by name. */
  readonly hostTools: readonly string[];
  /** Objects made per symbol that is on: the first guess of a build's length, before there is a last time. */
  readonly objectsPerSymbol: number;
  /** The file that make links when all objects are made, and how many it names after that, about. */
  readonly linkedLast: { readonly file: string; readonly left: number };
}

const kernelArch = (arch: Arch): string[] => [`ARCH=${ARCHES[arch].kernelArch}`];

/** The file from which U-Boot boots: QEMU's x86 machines take a ROM with the reset vector in it, the others the bare binary. */
export function ubootFirmwareName(arch: Arch): string {
  return arch === 'x86_64' ? 'u-boot.rom' : 'u-boot.bin';
}

/** U-Boot's own configurations for QEMU's machines (doc/board/emulation in its tree). */
const UBOOT_DEFCONFIG: Readonly<Partial<Record<Arch, string>>> = {
  arm64: 'qemu_arm64_defconfig',
  x86_64: 'qemu-x86_64_defconfig',
  riscv64: 'qemu-riscv64_smode_defconfig',
  arm: 'qemu_arm_defconfig',
};

function ubootDefconfig(arch: Arch): string {
  const known = UBOOT_DEFCONFIG[arch];
  if (known !== undefined) return known;
  const message =
    `arch: Bringup knows U-Boot's configurations for QEMU's machines of ${Object.keys(UBOOT_DEFCONFIG).join(', ')}, and none of ${arch}. ` +
    'Name one by the option "base"';
  throw new UserError('NO_BOOT_PATH', message, { arch });
}

export const KCONFIG_PROGRAMS = {
  kernel: {
    name: 'kernel',
    title: 'Linux kernel',
    marks: (arch) => ['Makefile', 'Kconfig', `arch/${ARCHES[arch].sourceArch}`],
    kconfigRoot: 'Kconfig',
    variables: kernelArch,
    defaultBase: (arch) => ARCHES[arch].defconfig ?? 'defconfig',
    treeFragments: (arch) => ['kernel/configs', `arch/${ARCHES[arch].sourceArch}/configs`],
    resolve: { goal: 'olddefconfig', input: '' },
    goals: (arch) => [...new Set([ARCHES[arch].image.goal, 'vmlinux'])],
    artifacts: (arch) => ({
      [ARCHES[arch].image.goal]: ARCHES[arch].image.path,
      vmlinux: 'vmlinux',
      'System.map': 'System.map',
    }),
    tools: ['gcc', 'ld'],
    hostTools: [],
    objectsPerSymbol: 2.5,
    linkedLast: { file: 'vmlinux.o', left: 9 },
  },
  busybox: {
    name: 'busybox',
    title: 'BusyBox',
    marks: () => ['Makefile', 'Config.in', 'applets'],
    kconfigRoot: 'Config.in',
    variables: kernelArch,
    defaultBase: () => 'defconfig',
    treeFragments: () => ['configs'],
    // An empty answer takes the default; there are some 1,000 symbols.
    resolve: { goal: 'oldconfig', input: '\n'.repeat(4000) },
    goals: () => ['busybox'],
    artifacts: () => ({ busybox: 'busybox' }),
    tools: ['gcc', 'ld', 'libc'],
    hostTools: [],
    objectsPerSymbol: 0.8,
    linkedLast: { file: 'busybox_unstripped', left: 0 },
  },
  'u-boot': {
    name: 'u-boot',
    title: 'U-Boot',
    marks: () => ['Makefile', 'Kconfig', 'boot', 'configs'],
    kconfigRoot: 'Kconfig',
    // An assertion in mkimage names its source file: by its path in the tree, not by this machine's.
    variables: () => ['HOSTCFLAGS=-fmacro-prefix-map=$(srctree)/='],
    defaultBase: ubootDefconfig,
    treeFragments: () => ['configs'],
    resolve: { goal: 'olddefconfig', input: '' },
    goals: () => ['all', 'u-boot-initial-env'],
    artifacts: (arch) => ({
      [ubootFirmwareName(arch)]: ubootFirmwareName(arch),
      'u-boot': 'u-boot',
      'u-boot-initial-env': 'u-boot-initial-env',
      mkimage: 'tools/mkimage',
      dumpimage: 'tools/dumpimage',
    }),
    tools: ['gcc', 'ld'],
    // mkimage and dumpimage run on the host.
    hostTools: ['gcc'],
    objectsPerSymbol: 2,
    linkedLast: { file: 'u-boot', left: 9 },
  },
} as const satisfies Record<string, KconfigProgram>;

export type ProgramName = keyof typeof KCONFIG_PROGRAMS;
