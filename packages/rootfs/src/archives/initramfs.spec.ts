import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync, symlinkSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  COMPRESSIONS,
  compressionTool,
  compressionToolVersion,
  hashTree,
  readNewc,
  treeFromDirectory,
  treeFromInitramfs,
} from '../index.js';
import { writeInitramfs, type Compression, type FileTree } from '../index.js';
import { file, plain, sampleTree, specDirectory, treeOf } from '../testing/trees.js';

const out = specDirectory('initramfs');
const unpack: Record<Compression, (path: string) => Buffer> = {
  gzip: (path) => execFileSync('gzip', ['-dc', path]),
  zstd: (path) => execFileSync('zstd', ['-dcq', path]),
  lz4: (path) => execFileSync('lz4', ['-dcq', path]),
  xz: (path) => execFileSync('xz', ['-dc', path]),
  none: (path) => readFileSync(path),
};

describe.each(COMPRESSIONS)('%s', (compression) => {
  it('is unpacked by the real program, and the same each time', async () => {
    const [first, second] = [join(out, `a.${compression}`), join(out, `b.${compression}`)];
    const result = await writeInitramfs(sampleTree(), first, { compression });
    await writeInitramfs(sampleTree(), second, { compression });
    const unpacked = unpack[compression](first);
    expect(plain(readNewc(unpacked))).toEqual(plain(sampleTree().entries()));
    expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
    expect(result).toEqual({ bytes: readFileSync(first).length, uncompressedBytes: unpacked.length });
  });

  it('names its tool', async () => {
    const program = { gzip: undefined, none: undefined, zstd: 'zstd', lz4: 'lz4', xz: 'xz' }[compression];
    expect(compressionTool(compression)).toBe(program);
    const version = await compressionToolVersion(compression);
    if (compression === 'none') expect(version).toBeUndefined();
    else expect(version).toMatch(/\d+\.\d+/);
  });

  it('leaves nothing behind when it fails or is aborted', async () => {
    const place = join(out, `failing-${compression}`);
    const missing = treeOf(file('a', 'x'), {
      ...file('b'),
      type: 'file',
      content: { hostFile: join(out, 'none') },
    });
    const write = (tree: FileTree, signal?: AbortSignal) =>
      writeInitramfs(tree, join(place, 'x'), { compression, signal });
    await expect(write(missing)).rejects.toMatchObject({ code: 'HOST_FILE_MISSING' });
    const controller = new AbortController();
    setImmediate(() => controller.abort(new Error('enough')));
    const large = treeOf(file('large', Buffer.alloc(64 << 20, 'abcdefg')));
    await expect(write(large, controller.signal)).rejects.toThrow('enough');
    expect(readdirSync(place)).toEqual([]);
  });
});

it.each([
  ['gzip', 0, '1 to 9'],
  ['gzip', 10, '1 to 9'],
  ['zstd', 23, '1 to 22'],
  ['lz4', 13, '1 to 12'],
  ['xz', 1.5, '0 to 9'],
  ['none', 1, 'no level'],
] as const)('%s has no level %d', async (compression, level, message) => {
  await expect(writeInitramfs(treeOf(), join(out, 'x'), { compression, level })).rejects.toMatchObject({
    code: 'BAD_COMPRESSION_LEVEL',
    message: expect.stringContaining(message),
  });
});

it.each(['gzip', 'zstd', 'lz4', 'xz'] as const)('%s passes its level on', async (compression) => {
  const words = execFileSync('seq', ['1', '7', '400000'], { encoding: 'latin1' });
  const size = async (level: number) =>
    (await writeInitramfs(treeOf(file('a', words)), join(out, 'level'), { compression, level })).bytes;
  expect(await size(9)).not.toBe(await size(1));
});

it('lists the compressions for an unknown one', async () => {
  const compression = 'bzip2' as Compression;
  await expect(writeInitramfs(treeOf(), join(out, 'x'), { compression })).rejects.toThrow(
    'gzip, zstd, lz4, xz, none',
  );
});

it('gzips many blocks into one member without name, time or host', async () => {
  const data = Buffer.concat(Array.from({ length: 300_000 }, (_, index) => Buffer.from(`${index * 31}\n`)));
  const path = join(out, 'blocks.gz');
  await writeInitramfs(treeOf(...[1, 2, 3, 4].map((index) => file(`f${index}`, data))), path, {
    compression: 'gzip',
  });
  expect(readFileSync(path).subarray(0, 10).toString('hex')).toBe('1f8b0800000000000003');
  expect(readNewc(gunzipSync(readFileSync(path))).map((entry) => entry.path)).toEqual([
    'f1',
    'f2',
    'f3',
    'f4',
  ]);
  execFileSync('gzip', ['-t', path]);
});

it('does not depend on directory, umask or times', async () => {
  const images = await Promise.all(
    [0o022, 0o077].map(async (umask) => {
      const path = specDirectory(`umask-${umask}`);
      const before = process.umask(umask);
      mkdirSync(join(path, 'etc/init.d'), { recursive: true });
      writeFileSync(join(path, 'etc/init.d/rcS'), '#!/bin/sh\n');
      chmodSync(join(path, 'etc/init.d/rcS'), umask === 0o077 ? 0o700 : 0o755);
      writeFileSync(join(path, 'etc/hostname'), 'x\n');
      symlinkSync('/nowhere', join(path, 'etc/mtab'));
      process.umask(before);
      const image = join(out, `umask-${umask}`);
      await writeInitramfs(await treeFromDirectory(path), image, { compression: 'gzip' });
      return readFileSync(image).toString('hex');
    }),
  );
  expect(images[0]).toBe(images[1]);
});

it.each(COMPRESSIONS)('reads its own %s again', async (compression) => {
  const path = join(out, `again.${compression}`);
  await writeInitramfs(sampleTree(), path, { compression });
  expect(await hashTree(await treeFromInitramfs(path, compression))).toBe(await hashTree(sampleTree()));
});

it.each(['gzip', 'xz'] as const)('names the initramfs that is not %s', async (compression) => {
  const path = join(out, `no.${compression}`);
  writeFileSync(path, 'no');
  await expect(treeFromInitramfs(path, compression)).rejects.toMatchObject({
    code: 'BAD_INITRAMFS',
    message: expect.stringContaining(path),
  });
});
