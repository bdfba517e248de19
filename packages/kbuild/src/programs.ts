import { ARCHES, type Arch } from './arches.js';

/** What one kind of program built by Kconfig and make does its own way; everything else is shared. */
export interface KconfigProgram {
  readonly name: 'kernel' | 'busybox';
  /** In words, for messages. */
  readonly title: string;
  /** Files and directories that every source tree of the kind has. */
  readonly marks: (arch: Arch) => readonly string[];
  /** The first Kconfig file, relative to the tree. */
  readonly kconfigRoot: string;
  /** Where the tree keeps fragments of its own, in the order they are merged. */
  readonly treeFragments: (arch: Arch) => readonly string[];
  /** The goal that resolves a merged `.config`, and what it is to read: `olddefconfig` asks nothing, the older `oldconfig` does. */
  readonly resolve: { readonly goal: string; readonly input: string };
  /** Make goals of a build. */
  readonly goals: (arch: Arch) => readonly string[];
  /** Published files: name, and place in the output directory after the goals are made. */
  readonly artifacts: (arch: Arch) => Readonly<Record<string, string>>;
  /** The tools whose version is part of what comes out, as suffixes of the cross prefix. */
  readonly tools: readonly string[];
  /** Objects made per symbol that is on: the first guess of a build's length, before there is a last time. */
  readonly objectsPerSymbol: number;
}

export const KCONFIG_PROGRAMS = {
  kernel: {
    name: 'kernel',
    title: 'Linux kernel',
    marks: (arch) => ['Makefile', 'Kconfig', `arch/${ARCHES[arch].sourceArch}`],
    kconfigRoot: 'Kconfig',
    treeFragments: (arch) => ['kernel/configs', `arch/${ARCHES[arch].sourceArch}/configs`],
    resolve: { goal: 'olddefconfig', input: '' },
    goals: (arch) => [ARCHES[arch].image.goal, 'vmlinux'],
    artifacts: (arch) => ({
      [ARCHES[arch].image.goal]: ARCHES[arch].image.path,
      vmlinux: 'vmlinux',
      'System.map': 'System.map',
    }),
    tools: ['gcc', 'ld'],
    objectsPerSymbol: 2.4,
  },
  busybox: {
    name: 'busybox',
    title: 'BusyBox',
    marks: () => ['Makefile', 'Config.in', 'applets'],
    kconfigRoot: 'Config.in',
    treeFragments: () => ['configs'],
    // An empty answer takes the default; there are some 1,000 symbols.
    resolve: { goal: 'oldconfig', input: '\n'.repeat(4000) },
    goals: () => ['busybox'],
    artifacts: () => ({ busybox: 'busybox' }),
    tools: ['gcc', 'ld', 'libc'],
    objectsPerSymbol: 0.7,
  },
} as const satisfies Record<string, KconfigProgram>;

export type ProgramName = keyof typeof KCONFIG_PROGRAMS;
