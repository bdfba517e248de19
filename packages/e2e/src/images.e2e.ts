import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { itWhere } from '../../../jest.abilities.js';
import {
  lockTool,
  makeFakeWorkspace,
  pretendPrograms,
  pretendVersion,
  type FakeWorkspace,
} from './fake-workspace.js';
import { nx, type Fate } from './nx-run.js';

/** Disks and a CD made by the real tools of kernel and root that compile in a second. */
type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

const DISK = {
  arch: 'x86_64',
  partitions: [
    { name: 'boot', fileSystem: 'fat', label: 'BOOT', boot: { kernel: 'kernel', loaders: ['syslinux'] } },
    {
      name: 'root',
      fileSystem: 'ext4',
      label: 'rootfs',
      initramfs: 'rootfs',
      overlays: ['{projectRoot}/overlay'],
    },
  ],
};
const CD = { arch: 'x86_64', kernel: 'kernel', initramfs: 'rootfs', firmware: ['bios'] };

let workspace: FakeWorkspace;
let path: string;
const run = (...args: string[]) => nx(args, { cwd: workspace.root, env: { PATH: path } });
const build = () => run('run-many', '-t', 'build', '-p', 'disk', 'cd');
const artifact = (name: string) => join(workspace.root, 'dist', name);
const hashOf = (name: string) =>
  createHash('sha256')
    .update(readFileSync(artifact(name)))
    .digest('hex');
const options = (project: string, change: (json: Json) => void) =>
  workspace.edit(`${project}/project.json`, ((json: Json) => change(json.targets.build.options)) as never);
const disk = (change: (json: Json) => void) => () => options('disk', change);
const root = (change: (json: Json) => void) => disk((json) => change(json.partitions[1]));
const cd = (change: (json: Json) => void) => () => options('cd', change);

const TASKS = ['kernel:config', 'kernel:build', 'busybox:config', 'busybox:build', 'rootfs:build'];
const IMAGES = ['disk:build', 'cd:build'];

beforeAll(async () => {
  workspace = makeFakeWorkspace(tmpdir());
  path = pretendPrograms(workspace, { xorriso: '/usr/bin/xorriso' });
  const declare = (name: string, executor: string, own: object) =>
    workspace.write(
      `${name}/project.json`,
      JSON.stringify({ name, targets: { build: { executor: `@bringup/nx:${executor}`, options: own } } }),
    );
  declare('disk', 'disk-image', DISK);
  declare('cd', 'iso-image', CD);
  workspace.write('disk/overlay/etc/issue', 'a disk\n');
  // The first run locks the sources: not before the second does Nx know what comes of them.
  for (let time = 0; time < 2; time += 1) {
    const { exitCode, output } = await build();
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  }
  cpSync(workspace.root, `${workspace.root}.built`, {
    recursive: true,
    verbatimSymlinks: true,
    preserveTimestamps: true,
  });
});
afterAll(() => workspace.remove());

/** The kept directories hold absolute paths, so the place stays. */
function restore(): void {
  pretendVersion(workspace, 'xorriso');
  rmSync(workspace.root, { recursive: true });
  cpSync(`${workspace.root}.built`, workspace.root, {
    recursive: true,
    verbatimSymlinks: true,
    preserveTimestamps: true,
  });
}

/** The tasks that run after each kind of edit. A task that a row does not name is a cache hit. */
const ROWS: [edit: string, apply: () => void, fates: Record<string, Fate>][] = [
  ['nothing', () => undefined, {}],
  [
    'a file in the overlay of the disk',
    () => workspace.write('disk/overlay/etc/issue', 'b\n'),
    { 'disk:build': 'ran' },
  ],
  [
    'a file in the overlay of the root',
    () => workspace.write('rootfs/overlay/etc/motd', 'changed\n'),
    { 'rootfs:build': 'ran', 'disk:build': 'ran', 'cd:build': 'ran' },
  ],
  [
    'a symbol of the kernel',
    () => workspace.write('kernel/a.config', 'CONFIG_PRINTK=y\nCONFIG_NET=y\n'),
    { 'kernel:config': 'ran', 'kernel:build': 'ran', 'disk:build': 'ran', 'cd:build': 'ran' },
  ],
  [
    'a comment in a fragment of the kernel',
    () => workspace.write('kernel/a.config', '# another\nCONFIG_PRINTK=y\n'),
    { 'kernel:config': 'skipped' },
  ],
  ...(
    [
      ['format', disk((json) => (json.format = 'vdi'))],
      [
        'table',
        disk((json) => ((json.table = 'mbr'), json.partitions.forEach((own: Json) => delete own.name))),
      ],
      ['busybox', root((own) => (own.busybox = 'busybox'))],
      ['append', disk((json) => (json.partitions[0].boot.append = 'quiet'))],
    ] as const
  ).map(([name, apply]): (typeof ROWS)[number] => [
    `the disk's option ${name}`,
    apply as () => void,
    // An install tree over the same one leaves the tree as it was.
    { 'disk:build': name === 'busybox' ? 'skipped' : 'ran' },
  ]),
  ["the CD's label", cd((json) => (json.label = 'OTHER')), { 'cd:build': 'ran' }],
  ["the CD's append", cd((json) => (json.append = 'quiet')), { 'cd:build': 'ran' }],
  [
    "another version of the CD's tool in the lock",
    () => {
      lockTool(workspace, 'xorriso', 'xorriso 0.0.1');
      pretendVersion(workspace, 'xorriso', 'xorriso 0.0.1');
    },
    { 'cd:build': 'ran' },
  ],
];

it.each(ROWS)('runs what it must after an edit: %s', async (_edit, apply, fates) => {
  apply();
  const { exitCode, tasks, output } = await build();
  const expected = Object.fromEntries([...TASKS, ...IMAGES].map((task) => [task, fates[task] ?? 'hit']));
  const good = exitCode === 0 && IMAGES.every((task) => tasks[task] === expected[task]);
  expect({ exitCode, tasks, output: good ? '' : output }).toEqual({
    exitCode: 0,
    tasks: expected,
    output: '',
  });
  restore();
});

/** Each fails with a message and leaves the existing image unchanged. */
const CASES: [what: string, apply: () => void, says: RegExp][] = [
  [
    'content larger than the size',
    root((own) => Object.assign(own, { size: '1M', busybox: undefined })),
    /partitions\[1\]: ext4 file system of 1 MiB is too small: its content needs .*, .* \(\d+ bytes\) more/,
  ],
  [
    'a label that is too long',
    root((own) => (own.label = 'seventeen-letters')),
    /17 bytes, but a label of ext4 has 1 to 16/,
  ],
  ['a label that FAT cannot have', disk((json) => (json.partitions[0].label = 'boot')), /upper-case letters/],
  ['overlapping partitions', root((own) => (own.start = '1M')), /ends .* behind the start of partition/],
  ['a disk too small for its partitions', disk((json) => (json.size = '4M')), /a disk of 4 MiB is too small/],
  ['an unknown format', disk((json) => (json.format = 'vhd')), /format: "vhd" is none of raw, qcow2, /],
  [
    'an unknown file system',
    root((own) => (own.fileSystem = 'btrfs')),
    /partitions\[\d\]\.fileSystem: "btrfs" is none of ext4, /,
  ],
  [
    'a kernel without EFI stub for UEFI',
    disk((json) => (json.partitions[0].boot.loaders = ['uefi'])),
    /bzImage has no EFI stub, so UEFI cannot start it\. Add CONFIG_EFI=y and CONFIG_EFI_STUB=y to a fragment of kernel/,
  ],
  [
    'boot on a partition that is not FAT',
    root((own) => (own.boot = { kernel: 'kernel', loaders: ['syslinux'] })),
    /boot is for a FAT partition/,
  ],
  [
    'a project that is not a kernel',
    disk((json) => (json.partitions[0].boot.kernel = 'busybox')),
    /kernel: project busybox has no target with @bringup\/nx:kernel/,
  ],
  [
    'a device with a number no disk holds',
    root((own) => (own.devices = [{ path: 'd', kind: 'block', major: 1, minor: 999999 }])),
    /minor number 999999/,
  ],
  [
    'two file systems without a table',
    disk((json) => (json.table = 'none')),
    /there is one file system, not 2 partitions/,
  ],
];

it.each(CASES)('refuses %s', async (_what, apply, says) => {
  const before = hashOf('disk/disk.qcow2');
  apply();
  const { exitCode, output } = await run('run', 'disk:build');
  expect(output).toMatch(says);
  expect(exitCode).not.toBe(0);
  expect(hashOf('disk/disk.qcow2')).toBe(before);
  restore();
});

itWhere('mount')('keeps the old image on a full disk (skipped unless root can mount)', async () => {
  const before = hashOf('disk/disk.qcow2');
  const work = join(workspace.root, '.bringup/build/disk');
  rmSync(work, { recursive: true });
  mkdirSync(work);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'bringup-e2e', work]);
  try {
    workspace.write('disk/overlay/etc/issue', 'c\n');
    const { exitCode, output } = await run('run', 'disk:build');
    expect(output).toMatch(/[Nn]o space left on (the )?device/);
    expect(exitCode).not.toBe(0);
    expect(hashOf('disk/disk.qcow2')).toBe(before);
  } finally {
    execFileSync('umount', [work]);
  }
  restore();
});

describe('looking inside', () => {
  const looked = async (...args: string[]) => {
    const { exitCode, output } = await run('run', ...args);
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
    return output;
  };
  const json = (output: string) =>
    JSON.parse(output.slice(output.search(/^[[{]$/m), output.search(/^[\]}]$/m) + 1));

  it('lists partitions and files, prints and copies them', async () => {
    expect(await looked('disk:ls')).toMatch(/^1 .* boot$\n^2 .* root$/m);
    const boot = json(await looked('disk:ls', '--partition=boot', '--json')) as { path: string }[];
    expect(boot.map(({ path }) => path)).toEqual([
      '/bzImage',
      '/ldlinux.c32',
      '/ldlinux.sys',
      '/syslinux.cfg',
    ]);
    expect(await looked('disk:ls', '--partition=2', '--path=/etc')).toMatch(
      /^-rw-r--r-- 0 0 +7 .* \/etc\/issue$/m,
    );
    expect(await looked('disk:cat', '--partition=root', '--path=/etc/issue')).toMatch(/^a disk$/m);
    await looked('disk:copy', '--partition=2', '--from=/etc', '--to=out/etc');
    expect(workspace.read('out/etc/issue')).toBe('a disk\n');
    expect(workspace.read('out/etc/motd')).toBe('hello\n');
  });

  it.each(['raw', 'qcow2-compressed', 'vmdk', 'vdi'])(
    'converts to %s, and puts a file into that',
    async (format) => {
      const image = `out/disk.${format}`;
      await looked('disk:convert', `--to=${format}`, `--output=${image}`);
      writeFileSync(join(workspace.root, 'out/new'), 'new\n');
      await looked(
        'disk:copy',
        `--image=${image}`,
        '--partition=2',
        '--into',
        '--from=out/new',
        '--to=/etc/new',
      );
      expect(await looked('disk:cat', `--image=${image}`, '--partition=2', '--path=/etc/new')).toMatch(
        /^new$/m,
      );
    },
  );

  it.each<[string[], RegExp]>([
    [['disk:cat', '--path=/x'], /has 2 partitions: say which one/],
    [['disk:cat', '--partition=2', '--path=/etc/isue'], /no isue in \/etc; it has .*issue/],
    [['disk:ls', '--partition=rooot'], /rooot/],
    [['disk:ls', '--image=disk/project.json', '--format=qcow2'], /it is raw, not qcow2 as said/],
    [['disk:ls', '--image=nowhere.img'], /nowhere\.img cannot be read/],
    [['disk:convert', '--to=vhd', '--output=out/x'], /to: "vhd" is none of raw, qcow2, /],
    [['disk:copy', '--into', '--from=package.json', '--to=/x'], /made from its options/],
  ])('%j fails and says why', async (args, says) => {
    const { exitCode, output } = await run('run', ...args);
    expect(output).toMatch(says);
    expect(exitCode).not.toBe(0);
    expect(existsSync(join(workspace.root, 'out/x'))).toBe(false);
  });

  it('refuses an image that is corrupt', async () => {
    const image = join(workspace.root, 'out', 'corrupt.qcow2');
    mkdirSync(join(workspace.root, 'out'), { recursive: true });
    const bytes = readFileSync(artifact('disk/disk.qcow2'));
    bytes.fill(0xff, 0x10000, 0x30000);
    writeFileSync(image, bytes);
    const { exitCode, output } = await run(
      'run',
      'disk:convert',
      `--image=${image}`,
      '--to=raw',
      '--output=out/x',
    );
    expect(output).toMatch(/corrupt/);
    expect(exitCode).not.toBe(0);
    expect(existsSync(join(workspace.root, 'out/x'))).toBe(false);
  });

  it('tells what the images are made of', async () => {
    const sizes = json(await looked('cd:sizes', '--json'));
    expect(sizes).toMatchObject({
      name: 'image.iso',
      project: 'cd',
      contains: [{ name: 'bzImage' }, { project: 'rootfs' }],
    });
    expect(sizes.bytes).toBe(readFileSync(artifact('cd/image.iso')).length);
    expect(await looked('disk:sizes')).toMatch(
      /^disk\.qcow2 .*\n {2}bzImage .*\n {2}initramfs\.cpio\.gz .* rootfs\n {4}/m,
    );
  });
});
