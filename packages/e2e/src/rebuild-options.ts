/**
 * Every option of every executor, and the proof that a change of it is noticed: a row of the rebuild table, or
 * the reason why it needs none. `rebuild-table.e2e.ts` compares this with the schemas.
 */
export type Coverage = { readonly row: string } | { readonly reason: string };

const row = (name: string): Coverage => ({ row: name });
const because = (reason: string): Coverage => ({ reason });

const SPEED = because('decides how fast it is made, never what: left out of the recipe');
const PLACE = because(
  'says where it is published: held by published.spec.ts, and in the path of each output',
);
const PRINTED = because('changes what is printed, and nothing that is published');
const COMPILER = because(
  'the compiler by its name and version, which the recipe has: row "locked compiler version"',
);
const ARCH = because('the first ingredient of each recipe, and another directory of arch/ in every source');
/** Options that become entries of an image's tree. */
const TREE = because(
  'changes entries of the tree, and the recipe is the hash of all entries: hashTree in rootfs',
);
const DISK = because('an ingredient of the recipe as it stands: ingredients in execution/disk-image.ts');
const ISO = because('an ingredient of the recipe as it stands: ingredients in execution/iso-image.ts');
const MACHINE = because(
  'a part of QEMU\'s command; a test has no recipe, and boots whenever an option changes: row "board\'s append"',
);
const VERDICT = because(
  'what the test asks of the guest; a test has no recipe, and boots whenever an option changes',
);

const SOURCE = { source: row('locked source version') };
const MADE = { ccache: SPEED, jobs: SPEED, outputPath: PLACE, crossCompile: COMPILER };
const CONFIGURED = {
  ...SOURCE,
  ...MADE,
  arch: ARCH,
  base: row('base configuration'),
  fragments: row('symbol in a fragment'),
  extraFragments: row('extra fragment that changes something'),
};
const LLVM = {
  llvm: because('another toolchain, whose names and versions the recipe has: row "locked compiler version"'),
};
const EMBEDDED = { embeddedInitramfs: row('initramfs that is built into the kernel') };
const STATIC = { static: row('BusyBox linked dynamically') };

const BOOTED = {
  kernel: row('symbol in a fragment'),
  initramfs: row('overlay file'),
  boot: because("another way to the same artifacts, in QEMU's command: held by images.e2e.ts and fit.e2e.ts"),
  append: row("board's append"),
};
const MACHINES = {
  ...BOOTED,
  arch: MACHINE,
  dtb: row("board's device tree"),
  ...{
    machine: MACHINE,
    cpu: MACHINE,
    smp: MACHINE,
    accel: MACHINE,
    extraArgs: MACHINE,
    qemu: row('locked version of QEMU'),
  },
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
    ...{ ccache: SPEED, jobs: SPEED, outputPath: PLACE },
  },
  program: {
    ...{ arch: ARCH, crossCompile: COMPILER, outputPath: PLACE },
    sources: row('source of a program'),
    headers: row('header of a program'),
    compilerFlags: row("program's compiler flags"),
    strip: row('program that is not stripped'),
    ...Object.fromEntries(
      ['output', 'static', 'libc', 'entry', 'linkerFlags'].map((name) => [
        name,
        because('an ingredient of the recipe as it stands: programRecipe in execution/make-program.ts'),
      ]),
    ),
  },
  initramfs: {
    ...{ arch: ARCH, outputPath: PLACE },
    busybox: row('BusyBox fragment'),
    overlays: row('overlay file'),
    files: row('source of a program'),
    init: row('init that hands over, with modules'),
    modules: row('init that hands over, with modules'),
    startup: row('init script'),
    compression: row('compression of the initramfs'),
    level: because('an ingredient of the recipe as it stands, beside the compression'),
    ...Object.fromEntries(
      [
        ...['directories', 'devices', 'symlinks', 'permissions', 'initProgram', 'console', 'login'],
        ...['hostname', 'mounts', 'users', 'groups'],
      ].map((name) => [name, TREE]),
    ),
  },
  'disk-image': { arch: ARCH, outputPath: PLACE, table: DISK, format: DISK, size: DISK, partitions: DISK },
  'iso-image': {
    ...{ arch: ARCH, outputPath: PLACE, overlays: TREE, files: TREE },
    ...{ kernel: ISO, initramfs: ISO, append: ISO, firmware: ISO, label: ISO },
  },
  'uboot-image': {
    ...{ arch: ARCH, outputPath: PLACE },
    ...Object.fromEntries(
      ['type', 'kernel', 'initramfs', 'dtb', 'compression', 'uBoot', 'sign'].map((name) => [
        name,
        row('an image for U-Boot'),
      ]),
    ),
  },
  'boot-volume': { ...BOOTED, arch: ARCH, outputPath: PLACE },
  test: {
    ...MACHINES,
    expect: row("test's expected outcome"),
    ...{
      readyPattern: VERDICT,
      commands: VERDICT,
      bootTimeout: VERDICT,
      commandTimeout: VERDICT,
      powerOff: VERDICT,
    },
    ...{ outputPath: PLACE, json: PRINTED },
  },
};
