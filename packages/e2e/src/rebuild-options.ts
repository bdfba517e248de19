/**
 * Every option of every executor, and the proof that a change of it is noticed: a row of the rebuild table or of
 * `option-table.deep.ts`, or the reason why it has none. `rebuild-table.e2e.ts` compares this with the schemas.
 */
type Coverage = { readonly row: string } | { readonly reason: string };

const row = (name: string): Coverage => ({ row: name });
const because = (reason: string): Coverage => ({ reason });

/** The row of `option-table.deep.ts` for each of these options. */
const rowsOf = (executor: string, options: readonly string[]) =>
  Object.fromEntries(options.map((option) => [option, row(`${executor}: ${option}`)]));

/** Options with one implementation for all executors: the rows of the kernel stand for those of the others. */
const SPEED = { jobs: row('kernel: jobs 1'), ccache: row('kernel: ccache false') };
const COMPILER = { crossCompile: row('kernel: crossCompile "/usr/bin/x86_64-linux-gnu-"') };
const ARCH = row('config: arch');
const SOURCE = { source: row('locked source version'), patches: row('patch that changes a C file') };
const MADE = { ...SPEED, ...COMPILER, ...rowsOf('kernel', ['outputPath']) };
const CONFIGURED = {
  ...SOURCE,
  ...MADE,
  arch: ARCH,
  base: row('base configuration'),
  fragments: row('symbol in a fragment'),
  extraFragments: row('extra fragment that changes something'),
};
const LLVM = rowsOf('config', ['llvm']);
const EMBEDDED = { embeddedInitramfs: row('initramfs that is built into the kernel') };
const STATIC = { static: row('BusyBox linked dynamically') };

const BOOTED = {
  kernel: row('symbol in a fragment'),
  initramfs: row('overlay file'),
  boot: row('test: boot'),
  append: row("board's append"),
};
const MACHINES = {
  ...BOOTED,
  arch: row('test: arch'),
  dtb: row("board's device tree"),
  ...rowsOf('test', ['machine', 'cpu', 'smp', 'accel', 'extraArgs']),
  qemu: row('locked version of QEMU'),
  memory: row("board's memory"),
  drives: row('devices that a board plugs into its machine'),
  firmware: row('devices that a board plugs into its machine'),
  watchdog: row('devices that a board plugs into its machine'),
  ...Object.fromEntries(
    ['network', 'shares', 'consoles', 'monitor', 'display', 'gdb', 'rtc', 'memoryGrowth'].map((name) => [
      name,
      row(`board's ${name}`),
    ]),
  ),
};

/** Executors whose tasks Nx never caches: they run each time, whatever their options are. */
export const NEVER_CACHED = [
  ...[
    'attach',
    'cat',
    'clean',
    'command',
    'compile-commands',
    'console',
    'convert',
    'copy',
    'debug',
    'diffconfig',
    'dtb',
    'explain',
  ],
  ...['ls', 'menuconfig', 'ps', 'qemu', 'savedefconfig', 'sizes', 'stop', 'update'],
];

/** Executor → option → how it is covered. */
export const COVERAGE: Readonly<Record<string, Readonly<Record<string, Coverage>>>> = {
  config: {
    ...{ ...CONFIGURED, ...LLVM, ...STATIC, ...EMBEDDED },
    program: because('which executor the target was inferred from: never changed alone'),
  },
  kernel: { ...CONFIGURED, ...LLVM, ...EMBEDDED, dtbs: row("device trees of the kernel's own") },
  busybox: { ...CONFIGURED, ...STATIC },
  'u-boot': CONFIGURED,
  'kernel-module': {
    kernel: row('a kernel that exports something else, and how an initramfs takes a module'),
    sources: row('a kernel module, and an initramfs that loads it'),
    jobs: row('kernel-module: jobs 1'),
    ccache: row('kernel-module: ccache false'),
    ...rowsOf('kernel-module', ['outputPath']),
  },
  program: {
    arch: ARCH,
    crossCompile: row('program: crossCompile "/usr/bin/x86_64-linux-gnu-"'),
    sources: row('source of a program'),
    headers: row('header of a program'),
    compilerFlags: row("program's compiler flags"),
    strip: row('program that is not stripped'),
    ...rowsOf('program', ['output', 'static', 'libc', 'entry', 'linkerFlags', 'outputPath']),
  },
  initramfs: {
    arch: row('initramfs: arch'),
    busybox: row('BusyBox fragment'),
    overlays: row('overlay file'),
    files: row('source of a program'),
    init: row('init that hands over, with modules'),
    modules: row('init that hands over, with modules'),
    startup: row('init script'),
    compression: row('compression of the initramfs'),
    ...rowsOf('initramfs', [
      ...['directories', 'devices', 'symlinks', 'permissions', 'initProgram', 'console', 'login'],
      ...['hostname', 'mounts', 'users', 'groups', 'level', 'outputPath'],
    ]),
  },
  'disk-image': {
    arch: row('disk-image: arch'),
    ...rowsOf('disk-image', ['table', 'format', 'size', 'partitions', 'outputPath']),
  },
  'iso-image': {
    arch: row('iso-image: arch'),
    ...rowsOf('iso-image', [
      'kernel',
      'initramfs',
      'append',
      'firmware',
      'label',
      'overlays',
      'files',
      'outputPath',
    ]),
  },
  'uboot-image': {
    arch: row('uboot-image: arch'),
    ...rowsOf('uboot-image', ['initramfs', 'compression', 'dtb', 'uBoot', 'sign', 'outputPath']),
    type: row('uboot-image: compression'),
    kernel: row('uboot-image: compression'),
  },
  'boot-volume': {
    ...BOOTED,
    arch: row('test: arch'),
    outputPath: because(
      'needs a real U-Boot, or a kernel with an EFI stub; the same code as that of disk-image',
    ),
  },
  test: {
    ...MACHINES,
    expect: row("test's expected outcome"),
    ...rowsOf('test', [
      ...['readyPattern', 'commands', 'allow', 'bootTimeout', 'commandTimeout', 'powerOff'],
      ...['outputPath', 'json'],
    ]),
  },
};

/** The options of an option's own value: each has a row in `option-table.deep.ts`, apart from those with a reason. */
type NestedCoverage = { readonly reason: string } | { readonly except: Readonly<Record<string, string>> };

const eachRow = (except: Readonly<Record<string, string>> = {}): NestedCoverage => ({ except });
const LOCKED: NestedCoverage = {
  reason:
    'the lock or the directory says what the source is, and that is in the recipe: locked source version',
};
const NO_RECIPE: NestedCoverage = {
  reason: 'no recipe lets the task pass: it runs whenever its hash changes, and Nx hashes options as a whole',
};
const BOOT_FILES =
  'needs a kernel with an EFI stub or a boot loader: images.e2e.ts. The files are in the hash of the tree';

/** Executor → option whose value has options → how those are covered. */
export const NESTED: Readonly<Record<string, Readonly<Record<string, NestedCoverage>>>> = {
  config: { source: LOCKED },
  kernel: { source: LOCKED },
  busybox: { source: LOCKED },
  'u-boot': { source: LOCKED },
  initramfs: Object.fromEntries(
    [
      ...['files', 'directories', 'devices', 'symlinks', 'permissions'],
      ...['mounts', 'users', 'groups', 'modules'],
    ].map((option) => [option, eachRow()]),
  ),
  'disk-image': {
    partitions: eachRow({
      'boot.kernel': BOOT_FILES,
      'boot.initramfs': BOOT_FILES,
      'boot.append': BOOT_FILES,
      'boot.loaders': BOOT_FILES,
    }),
  },
  'iso-image': { files: eachRow() },
  'uboot-image': {
    sign: {
      reason:
        'needs a FIT, and x86_64 has none: fit.e2e.ts signs with another key, algorithm and device tree',
    },
  },
  'boot-volume': { boot: { reason: 'needs a real U-Boot, or a kernel with an EFI stub: demo.e2e.ts' } },
  test: Object.fromEntries(
    [
      ...['boot', 'network', 'drives', 'shares', 'consoles', 'monitor', 'display', 'gdb', 'rtc', 'watchdog'],
      ...['memoryGrowth', 'commands', 'allow', 'expect'],
    ].map((option) => [option, NO_RECIPE]),
  ),
};
