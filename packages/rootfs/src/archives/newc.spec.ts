import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { hashTree, readNewc, writeNewc, type FileTree } from '../index.js';
import {
  device,
  directory,
  file,
  plain,
  sampleTree,
  specDirectory,
  symlink,
  treeOf,
} from '../testing/trees.js';

async function archive(tree: FileTree): Promise<Buffer> {
  const out = new PassThrough();
  const bytes = buffer(out);
  await writeNewc(tree, out);
  out.end();
  return bytes;
}

/** A header with a name and data, as a writer of no good intent would make it. */
function raw(
  name: string,
  mode: number,
  data = '',
  change: Record<number, string> = {},
  magic = '070701',
): Buffer {
  const fields = [1, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, Buffer.byteLength(name) + 1, 0];
  const numbers = fields.map((number, index) => change[index] ?? number.toString(16).padStart(8, '0'));
  const pad = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  return Buffer.concat([pad(Buffer.from(`${magic}${numbers.join('')}${name}\0`)), pad(Buffer.from(data))]);
}
const trailer = raw('TRAILER!!!', 0);
const FILE = 0o100644;

it('writes exactly these bytes', async () => {
  const tree = treeOf(device('dev/console', 5, 1), file('init', '#!/bin/sh\n', 0o755), symlink('x', 'init'));
  // Fields: ino mode uid gid nlink mtime filesize maj min rmaj rmin namesize chksum
  const expected = [
    '070701 1 41ed 0 0 2 0 0 0 0 0 0 4 0 dev\0 \0\0',
    '070701 2 2180 0 0 1 0 0 0 0 5 1 c 0 dev/console\0 \0\0',
    '070701 3 81ed 0 0 1 0 a 0 0 0 0 5 0 init\0 \0 #!/bin/sh\n\0\0',
    '070701 4 a1ff 0 0 1 0 4 0 0 0 0 2 0 x\0 init',
    '070701 0 0 0 0 1 0 0 0 0 0 0 b 0 TRAILER!!!\0 \0\0\0',
  ].map((line) => {
    const [magic, ...rest] = line.split(' ');
    return [magic, ...rest.slice(0, 13).map((field) => field.padStart(8, '0')), ...rest.slice(13)].join('');
  });
  const text = (await archive(tree)).toString('latin1');
  expect(text).toBe(expected.join('').padEnd(1024, '\0'));
});

it('reads back what it wrote', async () => {
  const tree = sampleTree();
  expect(plain(readNewc(await archive(tree)))).toEqual(plain(tree.entries()));
});

it('is accepted by cpio', async () => {
  const path = specDirectory('cpio');
  const input = await archive(sampleTree());
  const listed = execFileSync('cpio', ['-t', '--quiet'], { input, encoding: 'utf8' }).trim().split('\n');
  expect(listed).toHaveLength(sampleTree().entries().length);
  const options = ['-i', '-d', '-m', '--quiet', '--no-preserve-owner', '-f', 'dev/*'];
  execFileSync('cpio', options, { input, cwd: path });
  expect(
    execFileSync('sh', ['-c', 'cat etc/hostname größe/* && wc -c <bin/run'], { cwd: path, encoding: 'utf8' }),
  ).toBe('board\numlaut5000\n');
  const verbose = execFileSync('cpio', ['-tvn', '--quiet'], { input, encoding: 'utf8' });
  expect(verbose).toMatch(/^crw------- .* 5, +1 .* dev\/console$/m);
});

it('reads what cpio wrote, hard links and 070702 included', () => {
  const path = specDirectory('from-cpio');
  execFileSync('sh', ['-c', 'echo data >a; ln a b; mkdir d; ln -s ../a d/l'], { cwd: path });
  for (const format of ['newc', 'crc']) {
    const bytes = execFileSync('sh', ['-c', `find . | sort | cpio -o --quiet -H ${format}`], { cwd: path });
    const entries = readNewc(bytes);
    expect(entries.map((entry) => entry.path).sort()).toEqual(['a', 'b', 'd', 'd/l']);
    expect(
      plain(entries).filter((entry) => (entry as { content?: string }).content === 'data\n'),
    ).toHaveLength(2);
  }
});

it('reads archives in a row', () => {
  const input = Buffer.concat([raw('a', FILE), trailer, Buffer.alloc(512), raw('b', FILE), trailer]);
  expect(readNewc(input).map(({ path }) => path)).toEqual(['a', 'b']);
});

it('refuses every truncation', () => {
  const whole = Buffer.concat([raw('a', FILE, 'data'), trailer]);
  for (let length = 0; length < whole.length - 2; length++) {
    expect(() => readNewc(whole.subarray(0, length))).toThrow(expect.objectContaining({ code: 'BAD_CPIO' }));
  }
});

it.each([
  ['path traversal', [raw('../etc/passwd', FILE)], '".."'],
  ['hidden traversal', [raw('a/../../b', FILE)], '".."'],
  ['an absolute path', [raw('/etc/passwd', FILE)], 'absolute'],
  ['a file below a symlink', [raw('a', 0o120777, '/etc'), raw('a/b', FILE)], 'symlink to /etc'],
  ['a huge size', [raw('a', FILE, '', { 6: 'ffffffff' })], 'ends within the data'],
  ['a huge name', [raw('a', FILE, '', { 11: 'ffffffff' })], 'ends within a name'],
  ['an empty name', [raw('', FILE)], 'name without its NUL'],
  ['no number', [raw('a', FILE, '', { 6: '-0000001' })], 'hexadecimal'],
  ['a wrong checksum', [raw('a', FILE, 'x', {}, '070702')], 'checksum 120'],
  ['a socket', [raw('a', 0o140755)], 'not a known file type'],
  ['the old format', [raw('a', FILE, '', {}, '070707')], 'not a newc header'],
])('refuses %s', (_what, parts, message) => {
  const input = Buffer.concat([...parts, trailer]);
  expect(() => readNewc(input)).toThrow(
    expect.objectContaining({
      code: 'BAD_CPIO',
      message: expect.stringMatching(new RegExp(`offset \\d+: .*${message}`)),
    }),
  );
});

describe('host files', () => {
  const path = specDirectory('host');
  const hosted = (name: string) =>
    treeOf({ ...file('f'), type: 'file', content: { hostFile: join(path, name) } });

  it('streams one of several blocks', async () => {
    writeFileSync(join(path, 'big'), Buffer.alloc(3 * 2 ** 20 + 1, 'y'));
    const [entry] = readNewc(await archive(hosted('big')));
    expect(entry?.type === 'file' && entry.content.data.equals(Buffer.alloc(3 * 2 ** 20 + 1, 'y'))).toBe(
      true,
    );
  });

  it('refuses one of 4 GiB before reading it', async () => {
    const descriptor = openSync(join(path, 'huge'), 'w');
    ftruncateSync(descriptor, 2 ** 32);
    closeSync(descriptor);
    await expect(archive(hosted('huge'))).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  });

  it('sees that one changes its size', async () => {
    // Files of /proc say 0 and have content: the nearest to a file that grows in time.
    const tree = treeOf({ ...file('f'), type: 'file', content: { hostFile: '/proc/self/status' } });
    await expect(archive(tree)).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  });

  it('names a missing one and a directory', async () => {
    mkdirSync(join(path, 'd'));
    await expect(archive(hosted('none'))).rejects.toMatchObject({ code: 'HOST_FILE_MISSING' });
    await expect(archive(hosted('d'))).rejects.toMatchObject({ code: 'HOST_FILE_KIND' });
  });
});

it('refuses a file whose name ends an archive', async () => {
  await expect(archive(treeOf(file('TRAILER!!!')))).rejects.toMatchObject({ code: 'BAD_PATH' });
});

it('hashes what is in the tree, whatever the order', async () => {
  const hash = await hashTree(treeOf(file('a', 'x'), directory('b')));
  expect(await hashTree(treeOf(directory('b'), file('a', 'x')))).toBe(hash);
  for (const other of [
    file('a', 'y'),
    file('a', 'x', 0o600),
    { ...file('a', 'x'), uid: 1 },
    symlink('a', 'x'),
  ]) {
    expect(await hashTree(treeOf(other, directory('b')))).not.toBe(hash);
  }
});
