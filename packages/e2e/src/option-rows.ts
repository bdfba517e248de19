import type { Fate } from './nx-run.js';

/* Rows of the rebuild table for a single option of a single task: `option-table.deep.ts` tries each. */

/** An edit of one option, and what becomes of the task that has it. */
export interface OptionRow {
  /** The executor whose option it is. */
  readonly executor: string;
  readonly option: string;
  /** The option's new value; it differs from the one that the project declares. */
  readonly value: unknown;
  /** Further options without which the value is refused. */
  readonly beside?: Readonly<Record<string, unknown>>;
  /** `skipped`: the option does not change an artifact, and the recipe knows that. `refused`: the task ran and failed, for it is no hit. */
  readonly fate: Fate | 'refused';
}

type Values = Readonly<Record<string, unknown>>;

const rows = (executor: string, fate: OptionRow['fate'], values: Values, beside?: Values): OptionRow[] =>
  Object.entries(values).map(([option, value]) => ({
    executor,
    option,
    value,
    fate,
    ...(beside ? { beside } : {}),
  }));

/** Where a task publishes: its artifacts are made once more. */
const elsewhere = (executor: string) => rows(executor, 'ran', { outputPath: `out/${executor}` });

/** The projects that a task takes are of x86_64. */
const otherArch = (executor: string) => rows(executor, 'refused', { arch: 'arm64' });

/** A value that is the default, written out: Nx lets the task through, and its recipe is the same. It proves that the other rows can fail. */
const written = (executor: string, values: Values) => rows(executor, 'skipped', values);

export const OPTION_ROWS: readonly OptionRow[] = [
  ...elsewhere('kernel'),
  ...rows('kernel', 'skipped', {
    jobs: 1,
    ccache: false,
    crossCompile: '/usr/bin/x86_64-linux-gnu-',
  }),
  ...rows('config', 'ran', { arch: 'arm64', llvm: true }),
  ...elsewhere('program'),
  ...rows('program', 'ran', {
    ...{ output: 'other', static: false, linkerFlags: ['-Wl,--defsym=more=1'] },
    entry: 'f',
  }),
  // The program has no _start of its own.
  ...rows('program', 'refused', { libc: false }),
  ...rows('program', 'skipped', { crossCompile: '/usr/bin/x86_64-linux-gnu-' }),
  ...elsewhere('initramfs'),
  ...otherArch('initramfs'),
  ...written('initramfs', { compression: 'gzip' }),
  ...rows('initramfs', 'ran', {
    directories: [{ path: '/data' }],
    devices: [{ path: '/dev/own', kind: 'char', major: 1, minor: 3 }],
    permissions: [{ path: '/etc/motd', mode: '0600' }],
    console: 'ttyS1',
    hostname: 'other',
    mounts: [{ source: 'proc', target: '/proc', type: 'proc' }],
    users: [{ name: 'root', uid: 0, gid: 0, home: '/' }],
    groups: [{ name: 'audio', gid: 29 }],
    level: 1,
  }),
  // The stand-in for BusyBox has no getty, and its modprobe is one of the links that the project declares.
  ...rows('initramfs', 'refused', { login: 'getty', symlinks: [{ path: '/etc/link', target: 'motd' }] }),
  // Nothing would load the project's modules.
  ...rows('initramfs', 'refused', { initProgram: '/bin/busybox' }, { init: 'program', startup: [] }),
  ...elsewhere('disk-image'),
  ...otherArch('disk-image'),
  ...written('disk-image', { table: 'gpt' }),
  ...rows('disk-image', 'ran', {
    table: 'mbr',
    format: 'qcow2',
    size: '32M',
    partitions: [{ fileSystem: 'ext2', label: 'other', initramfs: 'rootfs' }],
  }),
  ...elsewhere('iso-image'),
  ...otherArch('iso-image'),
  ...written('iso-image', { label: 'BRINGUP' }),
  ...rows('iso-image', 'ran', {
    append: 'quiet',
    initramfs: 'other',
    label: 'OTHER',
    overlays: ['rootfs/overlay'],
    files: [{ path: '/tool', from: 'tool:tool' }],
  }),
  // The initramfs has modules for another kernel, and the stand-in for a kernel has no EFI stub.
  ...rows('iso-image', 'refused', { kernel: 'small', firmware: ['uefi'] }),
  ...elsewhere('uboot-image'),
  ...otherArch('uboot-image'),
  ...written('uboot-image', { compression: 'none' }),
  ...rows('uboot-image', 'ran', { initramfs: 'other' }),
  // x86_64 has no FIT: every option of one is refused.
  ...rows(
    'uboot-image',
    'refused',
    {
      compression: 'gzip',
      dtb: 'image/board.dtb',
      sign: { keyDirectory: 'image', keyName: 'dev' },
    },
    { type: 'fit', kernel: 'kernel' },
  ),
  ...rows('uboot-image', 'refused', { uBoot: 'kernel' }),
  ...elsewhere('kernel-module'),
  ...rows('kernel-module', 'skipped', { jobs: 1, ccache: false }),
  ...elsewhere('test'),
  ...otherArch('test'),
  ...rows('test', 'ran', {
    ...{ machine: 'pc', cpu: 'max', smp: 2, accel: 'tcg', extraArgs: ['-name', 'other'] },
    ...{ readyPattern: 'ready', commands: ['true', 'true'], bootTimeout: 50, commandTimeout: 20 },
    ...{ powerOff: 'halt -f', json: true, boot: { via: 'disk', disk: 'disk' } },
  }),
];

/** The name of a row, by which `rebuild-options.ts` names it. */
export function optionRow({ executor, option, value, fate }: OptionRow): string {
  return fate === 'skipped' ? `${executor}: ${option} ${JSON.stringify(value)}` : `${executor}: ${option}`;
}
