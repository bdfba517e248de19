import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { configure, crossPrefix, type FragmentReference } from '@bringup/kbuild';
import { makeFakeWorkspace } from './fake-workspace.js';
import { DIRECT } from './generated-boards.js';
import { openTree, type RealTree } from './kconfig-trees.js';
import { nx, REPOSITORY } from './nx-run.js';
import { expectPreset, PRESETS, valuesOf, type Values } from './preset-claims.js';

jest.setTimeout(20 * 60_000);

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

/** Over which base of which architecture each preset is meant to be laid. */
const MEANT: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'linux-arm64': {
    tinyconfig: ['virt-arm64', 'efi', 'debug', 'virtio', '9p', 'modules', 'container', 'kunit'],
    defconfig: ['qemu-busybox-min', 'container', 'debug'],
  },
  'linux-x86_64': {
    tinyconfig: ['pc-x86_64', 'mini', 'debug', 'virtio', '9p', 'modules', 'container', 'kunit'],
    defconfig: ['container', 'efi', 'debug'],
  },
};

/** Optional lines of a preset that a tree loses, and the values that their symbols have there. */
const LOST: Readonly<Record<string, Values>> = {
  'linux-arm64 tinyconfig debug': { UNWINDER_FRAME_POINTER: 'n' },
  // Without EXPERT it cannot be unset, and its default is on. With RANDOMIZE_BASE off the kernel does not move.
  'linux-arm64 defconfig debug': { UNWINDER_FRAME_POINTER: 'n', RELOCATABLE: 'y' },
  // EFI_STUB selects it. With RANDOMIZE_BASE off the kernel does not move.
  'linux-x86_64 defconfig debug': { RELOCATABLE: 'y' },
  'linux-x86_64 tinyconfig virtio': { PCI_HOST_GENERIC: 'n' },
  'linux-x86_64 tinyconfig 9p': { PCI_HOST_GENERIC: 'n' },
};

const INITRAMFS = { BLK_DEV_INITRD: 'y', RD_GZIP: 'y', BINFMT_ELF: 'y' };
const FILE_SYSTEMS = { PROC_FS: 'y', SYSFS: 'y', DEVTMPFS: 'y', TMPFS: 'y', EXT4_FS: 'y', JBD2: 'y' };
const BOARD = { ...INITRAMFS, ...FILE_SYSTEMS, VIRTIO: 'y', VIRTIO_PCI_LIB: 'y', SERIAL_CORE_CONSOLE: 'y' };

/** Symbols that the preset's purpose needs on or off, but that have no line in it: its lines select or exclude them. */
const DERIVED: Readonly<Record<string, { all?: Values; 'linux-arm64'?: Values; 'linux-x86_64'?: Values }>> = {
  'virt-arm64': {
    all: { ...BOARD, PCI_ECAM: 'y', DEBUG_INFO: 'y', DEBUG_INFO_NONE: 'n', RANDOMIZE_BASE: 'n' },
  },
  'pc-x86_64': { all: { ...BOARD, X86_64: 'y', X86_LOCAL_APIC: 'y', DEBUG_INFO: 'n' } },
  mini: {
    all: { ...INITRAMFS, X86_64: 'y', VT_CONSOLE: 'y', VGA_CONSOLE: 'y' },
    // Five options and what they need.
    'linux-x86_64': { SERIAL_8250: 'n', MODULES: 'n', BLOCK: 'n', NET: 'n', PROC_FS: 'n', PCI: 'n' },
  },
  efi: {
    all: { EFI_RUNTIME_WRAPPERS: 'y', EFI_STUB: 'y' },
    'linux-arm64': { EFI_GENERIC_STUB: 'y', EFI_PARAMS_FROM_FDT: 'y' },
    'linux-x86_64': { ACPI: 'y' },
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
    'linux-x86_64': { RELOCATABLE: 'n', RANDOMIZE_MEMORY: 'n', UNWINDER_ORC: 'n', X86_NEED_RELOCS: 'n' },
  },
  virtio: { all: { VIRTIO: 'y', VIRTIO_PCI_LIB: 'y', HVC_DRIVER: 'y' }, 'linux-arm64': { PCI_ECAM: 'y' } },
  '9p': { all: { VIRTIO: 'y', NETFS_SUPPORT: 'y', FS_POSIX_ACL: 'y' }, 'linux-arm64': { PCI_ECAM: 'y' } },
  modules: { all: { MODULES_USE_ELF_RELA: 'y', MODULE_SIG: 'n', MODVERSIONS: 'n', TRIM_UNUSED_KSYMS: 'n' } },
  container: {
    all: {
      ...{ BPF: 'y', SOCK_CGROUP_DATA: 'y', NF_NAT: 'y', STP: 'y', LLC: 'y', PROC_PID_CPUSET: 'y' },
      // A runtime reads /proc/PID/ns and mounts control groups below /sys.
      ...{ PROC_FS: 'y', SYSFS: 'y' },
    },
  },
  // The results are lines of the kernel's log. Not all tests of the kernel: those would bring their subjects.
  kunit: { all: { PRINTK: 'y', KUNIT_DEFAULT_ENABLED: 'y', KUNIT_ALL_TESTS: 'n' } },
};

/** Those of architectures.deep.ts. */
const OTHERS = Object.keys(DIRECT).map((arch) => `qemu-${arch}`);

/** Kernels that boards.deep.ts builds, of what they name: their compilers are not installed for these tests. */
const DEEP = ['kernel-arm', 'kernel-riscv64'].flatMap((project): string[] => {
  const json: Json = JSON.parse(readFileSync(join(REPOSITORY, 'examples', project, 'project.json'), 'utf8'));
  return json.targets.build.options.fragments
    .filter((path: string) => path.startsWith('workspace-configs/kconfig/'))
    .map((path: string) => basename(path, '.config'));
});

describe.each(Object.keys(MEANT))('presets on %s', (name) => {
  const root = mkdtempSync(join(tmpdir(), 'bringup-presets-'));
  let tree: RealTree;
  beforeAll(async () => {
    tree = await openTree(name);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  async function configureWith(base: string, preset: string) {
    const { program, arch, source } = tree;
    const out = join(root, base);
    const variables = program.variables(arch);
    const make = { arch, variables, crossCompile: crossPrefix(arch), llvm: false, source, out, jobs: 2 };
    const fragment: FragmentReference = {
      kind: 'file',
      path: join(PRESETS, `${preset}.config`),
      shown: `preset:${preset}`,
    };
    return configure({ program, make, tools: {}, base: { kind: 'goal', goal: base }, fragments: [fragment] });
  }

  it.each(
    Object.entries(MEANT[name]!).flatMap(([base, presets]) =>
      presets.map((preset) => [base, preset] as const),
    ),
  )('%s + %s has every line of the preset, and what its purpose needs', async (base, preset) => {
    const { text } = await configureWith(base, preset);
    const lost = LOST[`${name} ${base} ${preset}`] ?? {};
    expectPreset(text, preset, lost);
    const { all = {}, [name as 'linux-arm64']: own = {} } = DERIVED[preset]!;
    const derived = { ...all, ...own, ...lost };
    expect(valuesOf(text, Object.keys(derived))).toEqual(derived);
  });
});

it('has no preset that is not tried', () => {
  const tried = Object.values(MEANT).flatMap((bases) => Object.values(bases).flat());
  const names = readdirSync(PRESETS).map((file) => file.replace(/\.config$/, ''));
  expect(names.sort()).toEqual([...new Set([...tried, ...DEEP, ...OTHERS])].sort());
});

it('finds a preset by its name from a workspace that installs the plugin', async () => {
  const workspace = makeFakeWorkspace(tmpdir());
  workspace.edit('kernel/project.json', ((json: Json) => {
    json.targets.build.options.fragments = ['preset:mini'];
  }) as never);
  const { exitCode, output } = await nx(['run', 'kernel:config'], { cwd: workspace.root });
  workspace.remove();
  expect(exitCode).not.toBe(0);
  // The fake kernel has no such symbol: it was read, and from where the plugin has it.
  expect(output).toContain('preset:mini:4: CONFIG_64BIT: wanted y, got n');
});
