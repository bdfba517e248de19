import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileTree } from '@bringup/rootfs';
import {
  convertDisk,
  copyIn,
  copyOut,
  listFiles,
  openPartition,
  writeFileSystem,
  type DiskPlace,
  type FileEntry,
} from '../index.js';
import { BIG, makeDisks, ODD_LINUX_NAMES, ODD_NAMES, sha256 } from '../testing/disks.js';
import { file, specDirectory } from '../testing/trees.js';

const [place, made] = [specDirectory('copy-in'), specDirectory('copy-in-disks')];
const images = join(place, 'images');
const MIB = 2 ** 20;
const [host, image] = [join(place, 'host file'), join(images, 'image ?,@@1')];
const CONTENT = randomBytes(5 * MIB);
let disks: Awaited<ReturnType<typeof makeDisks>>;

beforeAll(async () => {
  disks = await makeDisks(made);
  writeFileSync(host, CONTENT);
});

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });

/** The content of a file in an image, and what it is. */
async function fetch(from: DiskPlace, path: string): Promise<{ content: Buffer; entry: FileEntry }> {
  const target = join(place, 'fetched');
  return await openPartition(from, async (partition) => {
    await copyOut(partition, path, target, { force: true });
    return { content: readFileSync(target), entry: (await listFiles(partition, path))[0]! };
  });
}

/** fsck of a partition, which has to find nothing. */
async function check(from: DiskPlace, offset: number, size: number, fsck: readonly [string, ...string[]]) {
  const raw = join(place, 'check.raw');
  const part = join(place, 'check.part');
  await convertDisk(from, { path: raw, format: 'raw' });
  writeFileSync(part, readFileSync(raw).subarray(offset, offset + size));
  run(fsck[0], ...fsck.slice(1), part);
}

const EXT = ['/usr/sbin/fsck.ext4', '-fn'] as const;
/** fsck of an ext image, by a name that is nothing but a name to it. */
function checkImage(path: string): void {
  const copy = join(place, 'check');
  cpSync(path, copy);
  run(...EXT, copy);
}

const FAT = ['/usr/sbin/fsck.fat', '-n'] as const;

it.each([
  ['raw', 'gpt'],
  ['qcow2', 'qcow2'],
  ['vmdk', 'vmdk'],
  ['vdi', 'vdi'],
] as const)('%s: files new and old, the rest as it was, the same bytes each time', async (format, name) => {
  const images = ['1', '2'].map((end) => join(place, `${format} ${end}`)) as [string, string];
  for (const path of images) {
    cpSync(disks[name], path);
    const [boot, root] = [1, 2].map((partition) => ({ path, format, partition })) as [DiskPlace, DiskPlace];
    await copyIn(root, host, '/home/anna/notes');
    await copyIn(root, host, 'home/new');
    await copyIn(boot, host, 'efi/boot/bootaa64.efi');
  }
  const [path, second] = images;
  expect(readFileSync(second).equals(readFileSync(path))).toBe(true);
  const root = { path, format, partition: 2 };
  const notes = await fetch(root, '/home/anna/notes');
  expect(notes.content.equals(CONTENT)).toBe(true);
  expect(notes.entry).toMatchObject({ mode: 0o600, uid: 1000, gid: 1000, size: CONTENT.length });
  expect((await fetch(root, '/home/new')).entry).toMatchObject({ mode: 0o644, uid: 0, gid: 0 });
  expect((await fetch(root, '/big')).content.equals(BIG)).toBe(true);
  const boot = { path, format, partition: 1 };
  expect((await fetch(boot, '/EFI/BOOT/BOOTAA64.EFI')).content.equals(CONTENT)).toBe(true);
  expect((await fetch(boot, '/big')).content.equals(BIG)).toBe(true);
  await check({ path, format }, MIB, 16 * MIB, FAT);
  await check({ path, format }, 17 * MIB, 32 * MIB, EXT);
  if (format !== 'raw') run('qemu-img', 'check', '-q', path);
});

it('vmdk: the same bytes whatever QEMU left behind the end of the descriptor', async () => {
  const [plain, other] = ['plain', 'other'].map((name) => join(place, `${name}.vmdk`)) as [string, string];
  cpSync(disks.vmdk, plain);
  const bytes = readFileSync(plain);
  // QEMU's content id has up to eight digits. One that is shorter by two leaves the last newline of the old text there.
  const end = bytes.indexOf(0, 512);
  bytes.write('\n', end + 1);
  writeFileSync(other, bytes);
  for (const path of [plain, other]) await copyIn({ path, partition: 2 }, host, '/home/new');
  expect(readFileSync(other).equals(readFileSync(plain))).toBe(true);
});

it('keeps the snapshots of a qcow2', async () => {
  const path = join(place, 'snapshot.qcow2');
  cpSync(disks.qcow2, path);
  run('qemu-img', 'snapshot', '-c', 'before', path);
  await copyIn({ path, partition: 'rootfs' }, host, '/etc/shadow');
  run('qemu-img', 'snapshot', '-a', 'before', path);
  expect((await fetch({ path, partition: 'rootfs' }, '/etc/shadow')).content.toString()).toBe('root:*:\n');
});

describe('an image of a name that programs read something into', () => {
  beforeEach(() => cpSync(disks.ext4, image, { recursive: true }));

  it.each([...ODD_NAMES, ...ODD_LINUX_NAMES, '"', '""', '"; rm big', "x' y"])(
    'a file called %s',
    async (name) => {
      writeFileSync(host, 'odd');
      await copyIn({ path: image }, host, `/odd/${name}`);
      expect((await fetch({ path: image }, `/odd/${name}`)).content.toString()).toBe('odd');
      await openPartition({ path: image }, async (partition) => {
        const before = [...ODD_NAMES, ...ODD_LINUX_NAMES];
        const names = (await listFiles(partition, '/odd')).map(({ path }) => path.slice('/odd/'.length));
        expect(names).toEqual([...new Set([...before, name])].sort());
      });
      checkImage(image);
    },
  );

  it('through a symlink, to the file behind it', async () => {
    writeFileSync(host, 'through');
    await copyIn({ path: image }, host, '/etc/absolute');
    const { content, entry } = await fetch({ path: image }, '/home/anna/notes');
    expect(content.toString()).toBe('through');
    expect(entry).toMatchObject({ uid: 1000 });
    checkImage(image);
  });
});

it('finds room in a directory that is full, and indexed', async () => {
  const tree = new FileTree();
  for (let index = 0; index < 400; index += 1) tree.add(file(`many/a rather long name for a file ${index}`));
  const path = join(place, 'many');
  await writeFileSystem('ext4', tree, path, { size: 16 * MIB, margin: 0 });
  for (const name of ['x'.repeat(255), 'ü'.repeat(127)]) await copyIn({ path }, host, `/many/${name}`);
  checkImage(path);
  await openPartition({ path }, async (partition) => {
    expect(await listFiles(partition, '/many')).toHaveLength(402);
  });
});

it('takes no device for an image', async () => {
  await expect(copyIn({ path: '/dev/null' }, host, '/x')).rejects.toThrow('not into devices');
});

describe('what cannot be done leaves the image as it was', () => {
  const big = join(place, 'too big');
  beforeAll(() => writeFileSync(big, Buffer.alloc(40 * MIB, 'x')));

  it.each([
    ['squashfs', 'squashfs', host, '/etc/new', 'READ_ONLY_FILE_SYSTEM', 'Make it again'],
    ['no room on ext4', 'ext4', big, '/big', 'IMAGE_TOO_SMALL', '40 MiB'],
    ['no room on FAT', 'fat', big, '/new', 'IMAGE_TOO_SMALL', 'no room for new'],
    ['no directory', 'ext4', host, '/nowhere/new', 'NO_SUCH_PATH', 'no nowhere in /; it has'],
    ['a file for a directory', 'fat', host, '/big/new', 'NOT_A_DIRECTORY', '/big is not a directory'],
    ['a directory', 'ext4', host, '/home/', 'IS_DIRECTORY', 'Name the file'],
    ['the root', 'fat', host, '/', 'IS_DIRECTORY', 'Name the file'],
    ['a device', 'ext4', host, '/dev/console', 'NOT_A_FILE', 'char-device'],
    ['a link to nothing', 'ext4', host, '/etc/outside', 'NO_SUCH_PATH', 'no passwd in /etc'],
    ['a request of debugfs', 'ext4', host, '/x\nrm big', 'UNSAFE_NAME', 'control characters'],
    ['a long name', 'ext4', host, `/${'x'.repeat(256)}`, 'BAD_PATH', '255 bytes'],
    ['a wildcard', 'fat', host, '/odd/*', 'FAT_CANNOT_HOLD', 'cannot be in a name'],
    ['no host file', 'ext4', join(place, 'none'), '/new', 'HOST_FILE_MISSING', 'none'],
    ['a host directory', 'ext4', place, '/new', 'NOT_A_FILE', 'one file at a time'],
  ] as const)('%s', async (_, kind, from, path, code, message) => {
    const directory = specPlace(kind);
    const before = sha256(directory.image);
    await expect(copyIn({ path: directory.image }, from, path)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect(sha256(directory.image)).toBe(before);
    expect(readdirSync(directory.path)).toEqual(['image']);
  });

  function specPlace(kind: 'ext4' | 'fat' | 'squashfs') {
    const path = join(place, `intact-${kind}`);
    cpSync(disks[kind], join(path, 'image'), { recursive: true });
    return { path, image: join(path, 'image') };
  }
});
