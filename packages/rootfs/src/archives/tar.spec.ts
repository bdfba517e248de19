import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import { pack, type Headers } from 'tar-stream';
import { treeFromDirectory, treeFromTar, writeTar } from '../index.js';
import { file, plain, sampleTree, specDirectory } from '../testing/trees.js';

const place = specDirectory('tar');

/** A tar of any headers at all. */
async function tarOf(name: string, ...members: (Headers & { pax?: object })[]): Promise<string> {
  const archive = pack();
  for (const member of members) archive.entry(member, member.type === 'file' ? 'data' : undefined);
  archive.finalize();
  const path = join(place, name);
  writeFileSync(path, await buffer(archive as unknown as NodeJS.ReadableStream));
  return path;
}

it('reads back what it wrote, the same bytes each time', async () => {
  const [first, second] = [join(place, 'first.tar'), join(place, 'second.tar')];
  await writeTar(sampleTree(), first);
  await writeTar(sampleTree(), second);
  expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
  expect(plain((await treeFromTar(first)).entries())).toEqual(plain(sampleTree().entries()));
});

it('is accepted by tar', async () => {
  const path = join(place, 'gnu.tar');
  await writeTar(sampleTree(), path);
  const listed = execFileSync('tar', ['-tvf', path, '--numeric-owner'], { encoding: 'utf8' });
  expect(listed).toMatch(/^crw------- 0\/0 +5,1 1970-01-01 \S+ dev\/console$/m);
  expect(listed).toMatch(/^drwxr-x--- 3000000\/0 .* home\/anna$/m);
  expect(listed).toMatch(/^---------- .* etc\/shadow$/m);
});

it.each(['gnu', 'ustar', 'pax'])('reads what tar writes as %s, hard links as copies', async (format) => {
  const source = specDirectory(`tar-${format}`);
  mkdirSync(join(source, 'bin'));
  execFileSync(
    'sh',
    ['-c', `echo data >bin/a; ln bin/a bin/b; ln -s a bin/l; echo x >bin/${'n'.repeat(90)}`],
    { cwd: source },
  );
  const path = join(place, `${format}.tar`);
  execFileSync('tar', [`--format=${format}`, '--owner=0', '--group=0', '-cf', path, '-C', source, '.']);
  const tree = await treeFromTar(path);
  const data = { content: { data: Buffer.from('data\n') } };
  expect(tree.get('bin/a')).toMatchObject(data);
  expect(tree.get('bin/b')).toMatchObject(data);
  expect(tree.get('bin/l')).toMatchObject({ target: 'a' });
});

it('keeps a large host file', async () => {
  const source = specDirectory('large');
  writeFileSync(join(source, 'large'), Buffer.alloc((5 << 20) + 3, 'z'));
  await writeTar(await treeFromDirectory(source), join(place, 'large.tar'));
  const entry = (await treeFromTar(join(place, 'large.tar'))).get('large');
  const data = entry?.type === 'file' && 'data' in entry.content && Buffer.from(entry.content.data);
  expect(data && data.equals(Buffer.alloc((5 << 20) + 3, 'z'))).toBe(true);
});

it('leaves no archive when a file is missing', async () => {
  const tree = sampleTree().add({ ...file('zz'), type: 'file', content: { hostFile: join(place, 'none') } });
  await expect(writeTar(tree, join(place, 'never.tar'))).rejects.toMatchObject({ code: 'HOST_FILE_MISSING' });
  expect(() => readFileSync(join(place, 'never.tar'))).toThrow('ENOENT');
});

it.each([
  ['traversal', [{ name: '../x', type: 'file' }], '".."'],
  ['absolute', [{ name: '/etc/passwd', type: 'file' }], 'absolute'],
  [
    'below-symlink',
    [
      { name: 'a', type: 'symlink', linkname: '/etc' },
      { name: 'a/b', type: 'file' },
    ],
    'symlink to /etc',
  ],
  ['hard-link-out', [{ name: 'a', type: 'link', linkname: '/etc/shadow' }], 'absolute'],
  ['hard-link-up', [{ name: 'a', type: 'link', linkname: '../../etc/shadow' }], '".."'],
  ['hard-link-nowhere', [{ name: 'a', type: 'link', linkname: 'b' }], 'not an earlier file in the archive'],
  ['sparse', [{ name: 'a', type: 'file', pax: { 'GNU.sparse.major': '1' } }], 'sparse'],
  ['huge-pax-size', [{ name: 'a', type: 'file', pax: { size: '99999999999' } }], 'a size of 99999999999'],
  ['negative-pax-size', [{ name: 'a', type: 'file', pax: { size: '-512' } }], 'a size of -512'],
] as [string, Headers[], string][])('refuses %s', async (name, members, message) => {
  await expect(treeFromTar(await tarOf(`${name}.tar`, ...members))).rejects.toMatchObject({
    code: 'BAD_TAR',
    message: expect.stringContaining(message),
  });
});

it('refuses a size field beyond the archive', async () => {
  const path = await tarOf('huge.tar', { name: 'a', type: 'file' });
  const bytes = readFileSync(path);
  bytes.write('77777777777 ', 124, 'latin1');
  bytes.write('        ', 148, 'latin1');
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  writeFileSync(path, bytes);
  await expect(treeFromTar(path)).rejects.toMatchObject({
    code: 'BAD_TAR',
    message: expect.stringContaining('a size of 8589934591'),
  });
});

it('refuses every truncation to a block', async () => {
  const path = await tarOf('cut.tar', { name: 'a', type: 'file' }, { name: 'b', type: 'file' });
  for (let size = readFileSync(path).length - 512; size >= 0; size -= 512) {
    truncateSync(path, size);
    await expect(treeFromTar(path)).rejects.toMatchObject({ code: 'BAD_TAR' });
  }
});

it('says that an archive is compressed, missing, or none', async () => {
  const path = join(place, 'x.tar');
  writeFileSync(path, gzipSync(readFileSync(await tarOf('plain.tar', { name: 'a', type: 'file' }))));
  await expect(treeFromTar(path)).rejects.toThrow('a compressed archive');
  writeFileSync(path, Buffer.concat([Buffer.alloc(1024, 'x'), Buffer.alloc(1024)]));
  await expect(treeFromTar(path)).rejects.toMatchObject({ code: 'BAD_TAR' });
  await expect(treeFromTar(join(place, 'no.tar'))).rejects.toMatchObject({ code: 'TAR_MISSING' });
});
