import type { Fate } from './nx-run.js';

/* Rows of the rebuild table for a single option of a single task: `option-table.deep.ts` tries each. */

/** An edit of one option, and what becomes of the task that has it. */
export interface OptionRow {
  /** The executor whose option it is. */
  readonly executor: string;
  readonly option: string;
  /** Which option of a list's last entry the row changes: `files.mode`, below {@link option}. */
  readonly nested?: string;
  /** The option's new value; it differs from the one that the project declares. */
  readonly value: unknown;
  /** Further options without which the value is refused. */
  readonly beside?: Readonly<Record<string, unknown>>;
  /** `skipped`: the option does not change an artifact, and the recipe knows that. `refused`: the task ran and failed. */
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

const MORE = { path: '/etc/more', from: 'rootfs/overlay/etc/motd' };
const DEVICE = { path: '/dev/own', kind: 'char', major: 1, minor: 3 };

/** Further declarations of the projects in the table, so that the options of each kind of entry can be changed one by one. */
export const DECLARED = {
  initramfs: {
    files: [{ path: '/bin/tool', from: 'tool:tool' }, MORE],
    directories: [{ path: '/data' }],
    devices: [DEVICE],
    symlinks: [
      { path: '/bin/modprobe', target: 'busybox' },
      { path: '/etc/link', target: 'motd' },
    ],
    permissions: [{ path: '/etc/motd', mode: '0600' }],
    mounts: [
      { source: 'proc', target: '/proc', type: 'proc' },
      { source: 'none', target: '/tmp', type: 'tmpfs' },
    ],
    users: [
      { name: 'root', uid: 0, gid: 0, home: '/' },
      { name: 'dev', uid: 1000, gid: 1000, home: '/' },
    ],
    groups: [
      { name: 'root', gid: 0 },
      { name: 'dev', gid: 1000 },
    ],
    modules: [{ project: 'hello' }],
  },
  'disk-image': {
    partitions: [
      {
        fileSystem: 'ext4',
        initramfs: 'rootfs',
        files: [MORE],
        directories: [{ path: '/data' }],
        devices: [{ ...DEVICE, path: '/dev/other' }],
        symlinks: [{ path: '/etc/other', target: 'motd' }],
        permissions: [{ path: '/etc/motd', mode: '0600' }],
      },
    ],
  },
  'iso-image': { files: [MORE] },
} as const;

/** A value with one option of its last entry changed. */
function changed(value: unknown, [key, ...below]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value)) return [...value.slice(0, -1), changed(value.at(-1), [key, ...below], to)];
  const fields = (value ?? {}) as Values;
  return { ...fields, [key]: changed(fields[key], below, to) };
}

/** A row for each of these options of an entry of a list, over what the project declares. */
const nested = (
  executor: keyof typeof DECLARED,
  option: string,
  values: Values,
  fate: OptionRow['fate'] = 'ran',
): OptionRow[] =>
  Object.entries(values).map(([path, to]) => ({
    executor,
    option,
    nested: path,
    value: changed((DECLARED[executor] as Values)[option], path.split('.'), to),
    fate,
  }));

const OWNER = { uid: 1, gid: 1 };
const FILE = { path: '/etc/else', from: 'tool:tool', mode: '0700', ...OWNER };
const DIRECTORY = { path: '/else', mode: '0700', ...OWNER };
const NODE = { path: '/dev/else', kind: 'block', major: 2, minor: 4, mode: '0644', ...OWNER };
const LINK = { path: '/etc/else', target: 'passwd' };
const PERMISSION = { path: '/bin/tool', mode: '0640', ...OWNER };

const below = (name: string, values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}.${key}`, value]));

const NESTED_ROWS: readonly OptionRow[] = [
  ...nested('initramfs', 'files', FILE),
  ...nested('initramfs', 'directories', DIRECTORY),
  ...nested('initramfs', 'devices', NODE),
  ...nested('initramfs', 'symlinks', LINK),
  ...nested('initramfs', 'permissions', PERMISSION),
  ...nested('initramfs', 'mounts', { source: 'tmp', target: '/run', type: 'ramfs', options: 'size=1m' }),
  ...nested('initramfs', 'users', {
    ...{ name: 'own', uid: 1001, home: '/tmp', shell: '/bin/busybox', comment: 'Own' },
    ...{ password: 'x', passwordHash: '$6$salt$x' },
  }),
  ...nested('initramfs', 'groups', { name: 'own', members: ['dev'] }),
  // An account's group has to exist.
  ...nested('initramfs', 'users', { gid: 1001 }, 'refused'),
  ...nested('initramfs', 'groups', { gid: 1001 }, 'refused'),
  ...nested('initramfs', 'modules', { load: false }),
  // There is only this module.
  ...nested('initramfs', 'modules', { names: ['hello'] }, 'skipped'),
  // An entry is of one project or of one kernel; parameters are for a module that is named.
  ...nested('initramfs', 'modules', { project: 'tool', kernel: 'kernel', parameters: { a: 1 } }, 'refused'),
  ...nested('disk-image', 'partitions', {
    ...{
      name: 'own',
      type: 'data',
      fileSystem: 'ext2',
      label: 'other',
      size: '64M',
      margin: 0.5,
      start: '2M',
    },
    ...{ bootable: true, initramfs: 'other', overlays: ['kernel'] },
    ...below('files', { ...FILE, from: 'kernel/README.md' }),
    ...below('directories', DIRECTORY),
    ...below('devices', NODE),
    ...below('symlinks', LINK),
    ...below('permissions', { ...PERMISSION, path: '/etc/more' }),
  }),
  // The stand-in has its links already; an ext4 partition is not booted from.
  ...nested('disk-image', 'partitions', { busybox: 'busybox' }, 'skipped'),
  ...nested('disk-image', 'partitions', { boot: { kernel: 'kernel' } }, 'refused'),
  ...nested('iso-image', 'files', { ...FILE, path: '/else' }),
];

/** Where a task publishes: its artifacts are made once more. */
const elsewhere = (executor: string) => rows(executor, 'ran', { outputPath: `out/${executor}` });

/** The projects that a task takes are of x86_64. */
const otherArch = (executor: string) => rows(executor, 'refused', { arch: 'arm64' });

/** A value that is the default, written out: Nx lets the task through, and its recipe is the same. It proves that the other rows can fail. */
const written = (executor: string, values: Values) => rows(executor, 'skipped', values);

export const OPTION_ROWS: readonly OptionRow[] = [
  ...NESTED_ROWS,
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
    directories: [],
    devices: [],
    permissions: [],
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
    ...{
      allow: [{ pattern: 'WARNING', reason: 'known' }],
      powerOff: 'halt -f',
      json: true,
      boot: { via: 'disk', disk: 'disk' },
    },
  }),
];

/** The name of a row, by which `rebuild-options.ts` names it. */
export function optionRow({ executor, option, nested: path, value, fate }: OptionRow): string {
  if (path !== undefined) return `${executor}: ${option}.${path}`;
  return fate === 'skipped' ? `${executor}: ${option} ${JSON.stringify(value)}` : `${executor}: ${option}`;
}
