import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileTree } from '@bringup/rootfs';
import { copyIn, copyOut, listFiles, openPartition, writeDisk, writeFileSystem } from '../index.js';
import { file, specDirectory } from '../testing/trees.js';
import { sha256 } from '../testing/disks.js';

const place = specDirectory('hostile');
const MIB = 2 ** 20;
const NAME = 'abcdefghijkl';
const images = { ext4: join(place, 'ext4'), fat: join(place, 'fat'), squashfs: join(place, 'squashfs') };

beforeAll(async () => {
  const tree = new FileTree().add(file(`in/${NAME}`, 'x\n')).add(file(`in/${NAME}.other`, 'y\n'));
  // Without checksums, which a hostile image would have right.
  await writeFileSystem('ext2', tree, images.ext4, { size: 8 * MIB, margin: 0 });
  await writeFileSystem('fat', tree, images.fat, { size: 8 * MIB, margin: 0 });
  await writeFileSystem('squashfs', new FileTree().add(file('in/new\nline')), images.squashfs, {
    size: 'auto',
    margin: 0,
  });
});

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });

/** A copy of an image in which one string was replaced by another of the same length. */
function patched(kind: 'ext4' | 'fat', from: Buffer, to: Buffer): string {
  const bytes = readFileSync(images[kind]);
  const at = bytes.indexOf(from);
  expect([at > 0, to.length]).toEqual([true, from.length]);
  to.copy(bytes, at);
  const path = join(place, `patched-${kind}`);
  writeFileSync(path, bytes);
  return path;
}

it.each([
  ['leads out of the directory', '../../../abc'],
  ['is hidden as a path', 'a/b/c/d/e/fg'],
  ['ends a line', 'abc\nrm abcde'],
  ['obeys a terminal', 'abc\x1b[2Jabcde'],
  ['has a NUL', 'abc\0efghijkl'],
])('ext: a name that %s is listed, not written', async (_, name) => {
  const image = patched('ext4', Buffer.from(NAME), Buffer.from(name));
  const target = join(place, 'out');
  await openPartition({ path: image }, async (partition) => {
    const paths = (await listFiles(partition, '/in')).map(({ path }) => path);
    expect(paths).toContain(`/in/${name}`);
    await expect(copyOut(partition, '/in', target)).rejects.toMatchObject({ code: 'UNSAFE_NAME' });
  });
  expect(existsSync(target)).toBe(false);
});

it('ext: two entries of one name are refused', async () => {
  const image = patched('ext4', Buffer.from(`${NAME}.other`), Buffer.from(`${NAME}.OTHER`));
  const bytes = readFileSync(image);
  // Its length in the directory entry, ext2_fs.h: struct ext2_dir_entry_2.
  bytes[bytes.indexOf(`${NAME}.OTHER`) - 2] = NAME.length;
  writeFileSync(image, bytes);
  await openPartition({ path: image }, async (partition) => {
    const copied = copyOut(partition, '/in', join(place, 'out'));
    await expect(copied).rejects.toThrow('two entries are called');
  });
});

it('ext: a directory within itself is refused', async () => {
  const image = join(place, 'loop');
  cpSync(images.ext4, image);
  run('/usr/sbin/debugfs', '-w', '-R', 'link in in/loop', image);
  await openPartition({ path: image }, async (partition) => {
    const listed = listFiles(partition, '/', { recursive: true });
    await expect(listed).rejects.toMatchObject({ code: 'CORRUPT_FILE_SYSTEM' });
  });
});

it.each([
  ['leads out of the directory', '../..', 'UNSAFE_NAME'],
  ['ends a line', 'a\nbcd', 'CORRUPT_FILE_SYSTEM'],
  ['obeys a terminal', '\x1b[2Ja', 'UNSAFE_NAME'],
])('FAT: a name that %s is not written', async (_, start, code) => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  const image = patched('fat', utf16(NAME.slice(0, 5)), utf16(start));
  const target = join(place, 'out');
  await openPartition({ path: image }, async (partition) => {
    await expect(copyOut(partition, '/', target)).rejects.toMatchObject({ code });
  });
  expect(existsSync(target)).toBe(false);
});

it('FAT: a directory within itself is refused', async () => {
  const image = join(place, 'fat-loop');
  cpSync(images.fat, image);
  run('mmd', '-i', image, '::/in/in2');
  const bytes = readFileSync(image);
  const entry = (name: string) => bytes.indexOf(name.padEnd(11));
  // FAT specification, DIR_FstClusLO.
  bytes.writeUInt16LE(bytes.readUInt16LE(entry('IN') + 26), entry('IN2') + 26);
  writeFileSync(image, bytes);
  await openPartition({ path: image }, async (partition) => {
    await expect(listFiles(partition, '/', { recursive: true })).rejects.toThrow('contains itself');
  });
});

it('squashfs: a line break in a name, which the list cannot show', async () => {
  await openPartition({ path: images.squashfs }, async (partition) => {
    await expect(listFiles(partition, '/')).rejects.toMatchObject({ code: 'UNSAFE_NAME' });
  });
});

describe('damaged', () => {
  const image = join(place, 'damaged');
  const list = () =>
    openPartition({ path: image }, async (partition) => await listFiles(partition, '/', { recursive: true }));

  it('ext: inodes overwritten', async () => {
    const stats = run('/usr/sbin/debugfs', '-R', 'stats', images.ext4);
    const block = Number(/inode table at (\d+)/.exec(stats)![1]);
    const bytes = readFileSync(images.ext4);
    bytes.fill(0xa5, block * 4096, (block + 1) * 4096);
    writeFileSync(image, bytes);
    await expect(list()).rejects.toMatchObject({ code: 'CORRUPT_FILE_SYSTEM' });
  });

  it('FAT: cut off', async () => {
    cpSync(images.fat, image);
    truncateSync(image, 1024);
    await expect(list()).rejects.toMatchObject({ code: expect.stringMatching(/CORRUPT|UNKNOWN/) });
  });

  it('squashfs: cut off', async () => {
    cpSync(images.squashfs, image);
    truncateSync(image, 150); // Its superblock has 96 bytes.
    truncateSync(image, 4096);
    await expect(list()).rejects.toMatchObject({ code: 'CORRUPT_FILE_SYSTEM' });
  });

  it('a disk cut off within a partition', async () => {
    const partitions = [{ type: 'linux', image: images.ext4 }] as const;
    await writeDisk(image, { table: 'mbr', size: 'auto', partitions });
    truncateSync(image, 4 * MIB);
    await expect(list()).rejects.toThrow('it was cut off');
  });

  it.each([
    ['noise', Buffer.alloc(MIB, 0xa5), 'found nothing that blkid knows'],
    ['swap', undefined, 'found swap'],
  ])('another file system: %s', async (_, bytes, message) => {
    writeFileSync(image, bytes ?? Buffer.alloc(MIB));
    if (bytes === undefined) run('/usr/sbin/mkswap', image);
    await expect(list()).rejects.toMatchObject({
      code: 'UNKNOWN_FILE_SYSTEM',
      message: expect.stringContaining(message),
    });
  });
});

describe('an ext4 that nobody unmounted', () => {
  const image = join(place, 'journal');
  const block = join(place, 'block');

  beforeEach(async () => {
    const tree = new FileTree().add(file('f', 'o'.repeat(4096)));
    await writeFileSystem('ext4', tree, image, { size: 32 * MIB, margin: 0 });
    writeFileSync(block, 'n'.repeat(4096));
    const at = run('/usr/sbin/debugfs', '-R', 'blocks /f', image).trim();
    const requests = `jo\njw -b ${at} ${block}\njc\n`;
    execFileSync('/usr/sbin/debugfs', ['-w', '-f', '-', image], { input: requests, stdio: 'pipe' });
  });

  const content = () =>
    openPartition({ path: image }, async (partition) => {
      const target = join(place, 'f');
      await copyOut(partition, '/f', target, { force: true });
      return readFileSync(target, 'utf8');
    });

  it('is read with its journal applied, and is not changed', async () => {
    const before = sha256(image);
    expect(await content()).toBe('n'.repeat(4096));
    expect(sha256(image)).toBe(before);
  });

  it('has its journal replayed before a file is put in', async () => {
    await copyIn({ path: image }, block, '/g');
    run('/usr/sbin/fsck.ext4', '-fn', image);
    expect(await content()).toBe('n'.repeat(4096));
  });
});
