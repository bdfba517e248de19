import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  convertDisk,
  copyOut,
  listFiles,
  openPartition,
  readFile,
  type DiskPlace,
  type OpenPartition,
} from '../index.js';
import { BIG, makeDisks, ODD_LINUX_NAMES, ODD_NAMES, sha256 } from '../testing/disks.js';
import { specDirectory } from '../testing/trees.js';

const place = specDirectory('look');
const MIB = 2 ** 20;
let disks: Awaited<ReturnType<typeof makeDisks>>;
let before: string[];

beforeAll(async () => {
  disks = await makeDisks(place);
  before = Object.values(disks).map(sha256);
});

async function read(partition: OpenPartition, path: string): Promise<Buffer> {
  const output = new PassThrough();
  const [content] = await Promise.all([buffer(output), readFile(partition, path, output)]);
  return content;
}

const ROOTS: [string, () => DiskPlace, string][] = [
  ['raw GPT, by name', () => ({ path: disks.gpt, partition: 'rootfs' }), 'ext4'],
  ['raw GPT, by number', () => ({ path: disks.gpt, format: 'raw', partition: 2 }), 'ext4'],
  ['raw MBR', () => ({ path: disks.mbr, partition: '2' }), 'ext4'],
  ['qcow2 GPT', () => ({ path: disks.qcow2, format: 'qcow2', partition: 'rootfs' }), 'ext4'],
  ['vmdk GPT', () => ({ path: disks.vmdk, partition: 2 }), 'ext4'],
  ['vdi MBR', () => ({ path: disks.vdi, partition: 2 }), 'ext4'],
  ['no table', () => ({ path: disks.ext4 }), 'ext4'],
  ['compressed qcow2, no table', () => ({ path: disks.qcow2Ext4 }), 'ext4'],
  ['squashfs', () => ({ path: disks.squashfs }), 'squashfs'],
  ['squashfs in a raw GPT', () => ({ path: disks.gpt, partition: 'static' }), 'squashfs'],
  ['squashfs in a qcow2', () => ({ path: disks.qcow2, partition: 'static' }), 'squashfs'],
];

describe.each(ROOTS)('a Linux file system: %s', (_, from, fileSystem) => {
  it('is listed with types, modes, owners and targets, and read', async () => {
    await openPartition(from(), async (partition) => {
      expect(partition.fileSystem).toBe(fileSystem);
      const entries = await listFiles(partition, '/', { recursive: true });
      const byPath = new Map(entries.map((entry) => [entry.path, entry]));
      expect(byPath.get('/bin/busybox')).toEqual({
        path: '/bin/busybox',
        type: 'file',
        size: 300_000,
        mode: 0o4755,
        uid: 0,
        gid: 0,
        mtime: new Date('1980-01-01T00:00:00Z'),
      });
      expect(byPath.get('/home/anna/notes')).toMatchObject({ mode: 0o600, uid: 1000, gid: 1000 });
      expect(byPath.get('/bin/sh')).toMatchObject({ type: 'symlink', target: 'busybox' });
      expect(byPath.get('/etc/long')).toMatchObject({ target: `../${'./'.repeat(60)}big` });
      expect(byPath.get('/dev/console')).toMatchObject({ type: 'char-device', major: 5, minor: 1, gid: 5 });
      expect(byPath.get('/tmp')).toMatchObject({ type: 'directory', mode: 0o1777, size: 0 });
      for (const name of [...ODD_NAMES, ...ODD_LINUX_NAMES]) {
        expect(byPath.get(`/odd/${name}`)).toMatchObject({ type: 'file', size: Buffer.byteLength(name) + 1 });
        expect((await read(partition, `odd/${name}`)).toString()).toBe(`${name}\n`);
      }
      expect((await read(partition, '/big')).equals(BIG)).toBe(true);
      expect((await read(partition, '/etc/empty')).length).toBe(0);
    });
  });
});

it.each([
  ['raw GPT', () => ({ path: disks.gpt, partition: 'EFI system' })],
  ['raw MBR', () => ({ path: disks.mbr, partition: 1 })],
  ['qcow2', () => ({ path: disks.qcow2, partition: 1 })],
  ['no table', () => ({ path: disks.fat })],
] as [string, () => DiskPlace][])('FAT is listed and read: %s', async (_, from) => {
  await openPartition(from(), async (partition) => {
    expect(partition.fileSystem).toBe('vfat');
    expect(await listFiles(partition, '/efi/boot')).toEqual([
      { path: '/EFI/BOOT/BOOTAA64.EFI', type: 'file', size: 4, mtime: new Date('1980-01-01T00:00:00Z') },
    ]);
    const odd = await listFiles(partition, 'odd');
    expect(odd.map(({ path }) => path)).toContain('/odd/br[ack]ets');
    for (const { path } of odd)
      expect((await read(partition, path)).toString()).toBe(`${path.slice('/odd/'.length)}\n`);
    expect((await read(partition, '/BIG')).equals(BIG)).toBe(true);
  });
});

it.each(['ext4', 'squashfs'] as const)('%s: symlinks are followed, but never out of it', async (kind) => {
  await openPartition({ path: disks[kind] }, async (partition) => {
    for (const path of ['/etc/absolute', '/etc/relative', '/homes/anna/notes', 'etc/../homes/./anna//notes'])
      expect((await read(partition, path)).toString()).toBe('hers\n');
    expect((await read(partition, '/etc/long')).equals(BIG)).toBe(true);
    expect((await listFiles(partition, '/homes')).map(({ path }) => path)).toEqual(['/home/anna']);
    expect(await listFiles(partition, '/etc/loop')).toMatchObject([{ path: '/etc/loop', type: 'symlink' }]);
    await expect(read(partition, '/etc/outside')).rejects.toMatchObject({ code: 'NO_SUCH_PATH' });
    await expect(read(partition, '/etc/loop')).rejects.toMatchObject({ code: 'SYMLINK_LOOP' });
  });
});

it.each([
  ['GPT with a gap', 'label: gpt\ndisk14 : start=2048, size=32768\n', 14, MIB],
  // The logical partition's own table lies behind 40 MiB, far from either end.
  [
    'MBR with a logical partition',
    'label: dos\nstart=2048, size=2048\nstart=81920, size=81920, type=5\nstart=83968, size=32768\n',
    5,
    41 * MIB,
  ],
])('%s: partitions have the numbers of the kernel', async (name, script, number, start) => {
  const [raw, qcow2] = [join(place, 'disk'), join(place, 'disk.qcow2')];
  writeFileSync(raw, '');
  truncateSync(raw, 100 * MIB);
  execFileSync('/usr/sbin/sfdisk', ['-q', 'disk'], { cwd: place, input: script, stdio: 'pipe' });
  execFileSync('dd', [`if=${disks.fat}`, `of=${raw}`, 'bs=1M', `seek=${start / MIB}`, 'conv=notrunc'], {
    stdio: 'pipe',
  });
  await convertDisk({ path: raw }, { path: qcow2, format: 'qcow2' });
  for (const path of [raw, qcow2]) {
    await openPartition({ path, partition: number }, async (partition) => {
      expect(partition.entry).toMatchObject({ number, start });
      expect((await read(partition, '/big')).equals(BIG)).toBe(true);
    });
  }
  const only = openPartition({ path: qcow2 }, async ({ entry }) => entry?.number);
  if (name.startsWith('GPT')) expect(await only).toBe(14);
  else await expect(only).rejects.toMatchObject({ code: 'PARTITION_NEEDED' });
});

describe('copying out', () => {
  it('a file, by its name into a directory', async () => {
    const target = join(place, 'one');
    mkdirSync(target);
    await openPartition({ path: disks.qcow2, partition: 1 }, async (partition) => {
      const copied = await copyOut(partition, '/big', target);
      expect(copied).toEqual({ written: [join(target, 'big')], skipped: [] });
    });
    expect(readFileSync(join(target, 'big')).equals(BIG)).toBe(true);
  });

  it.each(['ext4', 'squashfs', 'fat'] as const)('a directory of %s', async (kind) => {
    const target = join(place, `all-${kind}`);
    await openPartition({ path: disks[kind] }, async (partition) => {
      const { written, skipped } = await copyOut(partition, '/', target);
      for (const path of written) expect(lstatSync(path).isFile()).toBe(true);
      const entries = await listFiles(partition, '/', { recursive: true });
      expect(written.length).toBe(entries.filter(({ type }) => type === 'file').length);
      if (kind !== 'fat')
        expect(skipped.map(({ path }) => path)).toEqual(
          expect.arrayContaining(['/bin/sh', '/dev/console', '/etc/outside']),
        );
    });
    expect(readFileSync(join(target, 'big')).equals(BIG)).toBe(true);
    if (kind === 'fat') return;
    expect(lstatSync(join(target, 'bin/busybox')).mode & 0o7777).toBe(0o755);
    expect(existsSync(join(target, 'bin/sh'))).toBe(false);
    for (const name of [...ODD_NAMES, ...ODD_LINUX_NAMES])
      expect(readFileSync(join(target, 'odd', name), 'utf8')).toBe(`${name}\n`);
  });

  it('with symlinks, and no file through one', async () => {
    const target = join(place, 'links');
    await openPartition({ path: disks.ext4 }, async (partition) => {
      await copyOut(partition, '/etc', target, { symlinks: true });
      expect(readlinkSync(join(target, 'outside'))).toBe('/../../../../etc/passwd');
      await expect(copyOut(partition, '/etc', target)).rejects.toMatchObject({ code: 'HOST_FILE_EXISTS' });
      await copyOut(partition, '/etc', target, { symlinks: true, force: true });
    });
    // A host directory that an image before left as a link to elsewhere.
    const [elsewhere, trap] = [join(place, 'elsewhere'), join(place, 'trap')];
    mkdirSync(elsewhere);
    mkdirSync(trap);
    symlinkSync(elsewhere, join(trap, 'odd'));
    await openPartition({ path: disks.ext4 }, async (partition) => {
      const trapped = copyOut(partition, '/', trap, { force: true });
      await expect(trapped).rejects.toMatchObject({ code: 'HOST_FILE_EXISTS' });
    });
    expect(existsSync(join(elsewhere, 'with space'))).toBe(false);
    expect(existsSync(join(trap, 'big'))).toBe(false);
  });

  it('into a directory that the user links to', async () => {
    const [real, link] = [join(place, 'real'), join(place, 'link')];
    mkdirSync(real);
    symlinkSync(real, link);
    await openPartition({ path: disks.ext4 }, (partition) => copyOut(partition, '/home', link));
    expect(readFileSync(join(real, 'anna/notes'), 'utf8')).toBe('hers\n');
  });

  it('leaves a file of the host alone, unless forced', async () => {
    const target = join(place, 'mine');
    writeFileSync(target, 'mine');
    await openPartition({ path: disks.ext4 }, async (partition) => {
      await expect(copyOut(partition, '/big', target)).rejects.toThrow('use force');
      expect(readFileSync(target, 'utf8')).toBe('mine');
      await copyOut(partition, '/big', target, { force: true });
    });
    expect(readFileSync(target).equals(BIG)).toBe(true);
  });
});

describe('a wrong request', () => {
  const attempt = (from: DiskPlace, path: string) =>
    openPartition(from, async (partition) => await read(partition, path));

  it.each([
    [
      'partition number',
      () => ({ path: disks.gpt, partition: 7 }),
      'NO_SUCH_PARTITION',
      /2 "rootfs", 32 MiB/,
    ],
    ['partition name', () => ({ path: disks.qcow2, partition: 'boot' }), 'NO_SUCH_PARTITION', /"EFI system"/],
    [
      'partition of none',
      () => ({ path: disks.ext4, partition: 1 }),
      'NO_SUCH_PARTITION',
      /no partition table/,
    ],
    ['one of three', () => ({ path: disks.gpt }), 'PARTITION_NEEDED', /3 partitions[\s\S]*static/],
    ['format', () => ({ path: disks.qcow2, format: 'vdi' }), 'BAD_IMAGE', /qcow2, not vdi/],
    ['image', () => ({ path: join(place, 'nowhere') }), 'IMAGE_MISSING', /nowhere/],
  ] as [string, () => DiskPlace, string, RegExp][])('%s', async (_, from, code, message) => {
    await expect(attempt(from(), '/')).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['/home/ann/notes', 'NO_SUCH_PATH', 'no ann in /home; closest matches: anna'],
    ['/big/x', 'NOT_A_DIRECTORY', '/big is a file, not a directory'],
    ['/home', 'IS_DIRECTORY', 'is a directory, not a file'],
    ['/dev/console', 'NOT_A_FILE', 'is a char-device'],
  ])('%s', async (path, code, message) => {
    const wrong = attempt({ path: disks.ext4 }, path);
    await expect(wrong).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

it('says that an image is in use', async () => {
  const image = join(place, 'used.qcow2');
  await convertDisk({ path: disks.fat }, { path: image, format: 'qcow2' });
  const user = spawn('qemu-io', ['-f', 'qcow2', image], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    await once(user.stdout, 'data'); // Its prompt: the image is open.
    const opened = openPartition({ path: image }, (partition) => listFiles(partition, '/'));
    await expect(opened).rejects.toMatchObject({ code: 'IMAGE_IN_USE' });
  } finally {
    user.stdin.end('quit\n');
    await once(user, 'exit');
  }
});

it('left every image as it was', () => {
  expect(Object.values(disks).map(sha256)).toEqual(before);
});
