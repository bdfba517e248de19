import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configure, crossPrefix, type Arch, type FragmentReference } from '@bringup/kbuild';
import { openTree, type RealTree } from './kconfig-trees.js';
import { expectPreset, isSince, PRESETS, valuesOf, type Values } from './preset-claims.js';

const ANYTHING = ['debug', 'virtio', '9p', 'modules', 'container', 'kunit'];
/** The demo's own lines, by their place beside the presets'. */
const DEMO = '../../examples/kernel';
const over = (machine: string) => [machine, ...ANYTHING.map((preset) => `${machine}+${preset}`)];

/** Over which base of which architecture presets are meant to be laid; `+` is one over another. */
export const MEANT: { readonly [A in Arch]?: Readonly<Record<string, readonly string[]>> } = {
  arm64: {
    tinyconfig: ['virt-arm64', `virt-arm64+${DEMO}/kernel`, 'efi', ...ANYTHING],
    defconfig: ['qemu-busybox-min', 'container', 'debug'],
  },
  x86_64: {
    tinyconfig: ['pc-x86_64', `pc-x86_64+${DEMO}-x86_64/kernel`, 'mini', ...ANYTHING],
    defconfig: ['container', 'efi', 'debug'],
  },
  riscv64: { tinyconfig: over('virt-riscv64') },
  arm: { tinyconfig: [...over('virt-arm'), 'virt-arm+cubieboard'] },
  i386: { tinyconfig: ['qemu-i386', 'qemu-i386+debug'] },
  s390x: { tinyconfig: ['qemu-s390x', 'qemu-s390x+debug'] },
  ppc64le: { tinyconfig: ['qemu-ppc64le', 'qemu-ppc64le+debug'] },
  mips64el: { tinyconfig: ['qemu-mips64el', 'qemu-mips64el+debug'] },
};

/** Optional lines of a preset that an architecture loses in every series, and the values that their symbols have there. */
const LOST: Readonly<Record<string, Values>> = {
  'arm64 tinyconfig debug': { UNWINDER_FRAME_POINTER: 'n' },
  // Without EXPERT it cannot be unset, and its default is on. With RANDOMIZE_BASE off the kernel does not move.
  'arm64 defconfig debug': { UNWINDER_FRAME_POINTER: 'n', RELOCATABLE: 'y' },
  // EFI_STUB selects it. With RANDOMIZE_BASE off the kernel does not move.
  'x86_64 defconfig debug': { RELOCATABLE: 'y' },
  'riscv64 tinyconfig debug': { UNWINDER_FRAME_POINTER: 'n' },
  // These unwind by other means.
  's390x tinyconfig debug': { UNWINDER_FRAME_POINTER: 'n', FRAME_POINTER: 'n', RELOCATABLE: 'y' },
  'ppc64le tinyconfig debug': { UNWINDER_FRAME_POINTER: 'n', FRAME_POINTER: 'n' },
  'mips64el tinyconfig debug': { UNWINDER_FRAME_POINTER: 'n', FRAME_POINTER: 'n' },
  'arm tinyconfig debug': { UNWINDER_FRAME_POINTER: 'n', FRAME_POINTER: 'n' },
  'x86_64 tinyconfig virtio': { PCI_HOST_GENERIC: 'n' },
  'x86_64 tinyconfig 9p': { PCI_HOST_GENERIC: 'n' },
};

const INITRAMFS = { BLK_DEV_INITRD: 'y', RD_GZIP: 'y', BINFMT_ELF: 'y' };
const FILE_SYSTEMS = { PROC_FS: 'y', SYSFS: 'y', DEVTMPFS: 'y', TMPFS: 'y', EXT4_FS: 'y', JBD2: 'y' };
const BOARD = { ...INITRAMFS, ...FILE_SYSTEMS, VIRTIO: 'y', SERIAL_CORE_CONSOLE: 'y' };

/** Symbols that the preset's purpose needs on or off, but that have no line in it: its lines select or exclude them. */
const DERIVED: Readonly<Record<string, { all?: Values } & { [A in Arch]?: Values }>> = {
  'virt-arm64': {
    all: { ...BOARD, PCI_ECAM: 'y', DEBUG_INFO: 'y', DEBUG_INFO_NONE: 'n', RANDOMIZE_BASE: 'n' },
  },
  'pc-x86_64': { all: { ...BOARD, X86_64: 'y', X86_LOCAL_APIC: 'y', DEBUG_INFO: 'n' } },
  mini: {
    all: { ...INITRAMFS, X86_64: 'y', VT_CONSOLE: 'y', VGA_CONSOLE: 'y' },
    // Five options and what they need.
    x86_64: { SERIAL_8250: 'n', MODULES: 'n', BLOCK: 'n', NET: 'n', PROC_FS: 'n', PCI: 'n' },
  },
  efi: {
    all: { EFI_RUNTIME_WRAPPERS: 'y', EFI_STUB: 'y' },
    arm64: { EFI_GENERIC_STUB: 'y', EFI_PARAMS_FROM_FDT: 'y' },
    x86_64: { ACPI: 'y' },
  },
  'qemu-busybox-min': {
    all: {
      ...{ ...INITRAMFS, BINFMT_SCRIPT: 'y', PROC_FS: 'y', SYSFS: 'y', DEVTMPFS: 'y', MULTIUSER: 'y' },
      ...{ SERIAL_CORE_CONSOLE: 'y', PCI_ECAM: 'y', GPIOLIB_IRQCHIP: 'y', INPUT_KEYBOARD: 'y' },
      // The preset's command line holds where the boot loader gives none.
      ...{ CMDLINE_FROM_BOOTLOADER: 'y', CMDLINE_FORCE: 'n' },
    },
  },
  debug: {
    all: {
      ...{ DEBUG_INFO: 'y', DEBUG_INFO_NONE: 'n', DEBUG_INFO_REDUCED: 'n', DEBUG_INFO_SPLIT: 'n' },
      ...{ RANDOMIZE_BASE: 'n', FRAME_POINTER: 'y' },
    },
    x86_64: { RELOCATABLE: 'n', RANDOMIZE_MEMORY: 'n', UNWINDER_ORC: 'n', X86_NEED_RELOCS: 'n' },
  },
  virtio: { all: { VIRTIO: 'y', HVC_DRIVER: 'y' }, arm64: { PCI_ECAM: 'y' } },
  '9p': { all: { VIRTIO: 'y', FS_POSIX_ACL: 'y' }, arm64: { PCI_ECAM: 'y' } },
  modules: { all: { MODULE_SIG: 'n', MODVERSIONS: 'n', TRIM_UNUSED_KSYMS: 'n' } },
  container: {
    all: {
      ...{ BPF: 'y', SOCK_CGROUP_DATA: 'y', NF_NAT: 'y', STP: 'y', LLC: 'y' },
      // A runtime reads /proc/PID/ns and mounts control groups below /sys.
      ...{ PROC_FS: 'y', SYSFS: 'y' },
    },
  },
  // The results are lines of the kernel's log. Not all tests of the kernel: those would bring their subjects.
  kunit: { all: { PRINTK: 'y', KUNIT_ALL_TESTS: 'n' } },
};

/** The same for symbols that are not in every series: the first version that has them. */
const LATER: Readonly<Record<string, readonly [since: string, Values]>> = {
  '9p': ['5.13', { NETFS_SUPPORT: 'y' }],
  kunit: ['6.0', { KUNIT_DEFAULT_ENABLED: 'y' }],
};

/** One of `MEANT`: the base, and presets joined by `+`. */
type Choice = readonly [base: string, presets: string];

/** All that is meant for an architecture. */
export function allOf(arch: Arch): Choice[] {
  return Object.entries(MEANT[arch]!).flatMap(([base, all]) =>
    all.map((presets) => [base, presets] as const),
  );
}

/** Configures a tree with presets: each of their lines holds, and so does what their purpose needs. */
export function describePresets(name: string, choices: readonly Choice[]): void {
  describe(`presets on ${name}`, () => {
    const root = mkdtempSync(join(tmpdir(), 'bringup-presets-'));
    let tree: RealTree;
    beforeAll(async () => {
      tree = await openTree(name);
    });
    afterAll(() => rmSync(root, { recursive: true, force: true }));

    it.each(choices)('%s + %s has every line, and what its purpose needs', async (base, presets) => {
      const names = presets.split('+');
      const text = await configureWith(tree, join(root, base), base, names);
      for (const preset of names) {
        const lost = LOST[`${tree.arch} ${base} ${preset}`] ?? {};
        expectPreset(text, preset, lost);
        const { all = {}, [tree.arch]: own = {} } = DERIVED[preset] ?? {};
        const [since = '0', later = {}] = LATER[preset] ?? [];
        const derived = { ...all, ...own, ...(isSince(text, since) ? later : {}), ...lost };
        expect(valuesOf(text, Object.keys(derived))).toEqual(derived);
      }
    });
  });
}

async function configureWith(
  { program, arch, source }: RealTree,
  out: string,
  goal: string,
  presets: readonly string[],
): Promise<string> {
  const variables = program.variables(arch);
  const make = { arch, variables, crossCompile: crossPrefix(arch), llvm: false, source, out, jobs: 2 };
  const fragments = presets.map(
    (preset): FragmentReference => ({
      kind: 'file',
      path: join(PRESETS, `${preset}.config`),
      shown: `preset:${preset}`,
    }),
  );
  const { text } = await configure({ program, make, tools: {}, base: { kind: 'goal', goal }, fragments });
  return text;
}
