import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileTree } from '@bringup/rootfs';
import { writeFileSystem, type FileSystemKind, type FileSystemOptions } from '../index.js';
import { fatTree, file, rootTree, specDirectory } from '../testing/trees.js';

const place = specDirectory('fs');
const AUTO: FileSystemOptions = { size: 'auto', margin: 0.1 };

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });

const treeFor = (kind: FileSystemKind) => (kind === 'fat' ? fatTree() : rootTree());

it.each(['ext2', 'ext4', 'fat', 'squashfs'] as const)('writes the same %s at another time', async (kind) => {
  const [first, second] = [join(place, `${kind}.1`), join(place, `${kind}.2`)];
  await writeFileSystem(kind, treeFor(kind), first, AUTO);
  await new Promise((resolve) => setTimeout(resolve, 2100)); // FAT counts two seconds.
  await writeFileSystem(kind, treeFor(kind), second, AUTO);
  expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
});

it.each(['ext2', 'ext4'] as const)('%s has owners, modes and devices, and fsck agrees', async (kind) => {
  const image = join(place, `${kind}.img`);
  await writeFileSystem(kind, rootTree(), image, { ...AUTO, label: 'rootfs' });
  run('/usr/sbin/fsck.ext4', '-fn', image);
  const show = (request: string) => run('/usr/sbin/debugfs', '-R', request, image);
  expect(show('stat /bin/busybox')).toMatch(/Mode: +04755[\s\S]*User: +0[\s\S]*ctime: 0x12cea600/);
  expect(show('stat /home/anna/notes')).toMatch(/Mode: +0600[\s\S]*User: +1000 +Group: +1000/);
  expect(show('stat /dev/console')).toMatch(/character special[\s\S]*major\/minor number: 05:01/);
  expect(show('stat /etc/shadow')).toMatch(/Mode: +0000 /);
  expect(show('stat /')).toMatch(/Mode: +0755[\s\S]*User: +0 /);
  expect(show('stats')).toMatch(/volume name: +rootfs\n/);
});

it('squashfs has owners, modes and devices', async () => {
  const image = join(place, 'root.squashfs');
  await writeFileSystem('squashfs', rootTree(), image, AUTO);
  const listed = run('unsquashfs', '-lln', image);
  expect(listed).toMatch(/^-rwsr-xr-x 0\/0 .*1980-01-01 .*bin\/busybox$/m);
  expect(listed).toMatch(/^crw------- 0\/5 +5, +1 .*dev\/console$/m);
  expect(listed).toMatch(/^-rw------- 1000\/1000 .*notes$/m);
});

it.each([
  ['4M', 4, 'FAT12'],
  ['64M', 64, 'FAT16'],
  ['600M', 600, 'FAT32'],
])('FAT of %s has long names', async (name, mib, type) => {
  const image = join(place, `${name}.fat`);
  await writeFileSystem('fat', fatTree(), image, { size: mib * 2 ** 20, margin: 0, label: 'BOOT' });
  run('/usr/sbin/fsck.fat', '-n', image);
  expect(readFileSync(image).subarray(0, 512).toString('latin1')).toContain(type);
  expect(run('mdir', '-b', '-/', '-i', image, '::')).toContain('a long name with spaces.txt');
  expect(run('mtype', '-i', image, '::/a long name with spaces.txt')).toBe('long\n');
  expect(statSync(image).blocks * 512).toBeLessThan(3 * 2 ** 20);
});

it('writes long names of FAT in Unicode', async () => {
  const image = join(place, 'unicode.fat');
  const tree = new FileTree().add(file('Größe 日本.txt', 'x'));
  await writeFileSystem('fat', tree, image, { size: 4 * 2 ** 20, margin: 0 });
  // FAT specification, long names: UTF-16, of which the first entry has five characters.
  expect(readFileSync(image).includes(Buffer.from('Größe', 'utf16le'))).toBe(true);
});

it('says by how much content is too large, and leaves the old image', async () => {
  for (const kind of ['ext4', 'fat', 'squashfs'] as const) {
    const image = join(place, `old.${kind}`);
    writeFileSync(image, 'old');
    const noise = randomBytes(9 << 20);
    const tree = new FileTree().add(file('big', noise));
    const size = kind === 'squashfs' ? 4096 : 8 * 2 ** 20;
    await expect(writeFileSystem(kind, tree, image, { size, margin: 0 })).rejects.toMatchObject({
      code: 'IMAGE_TOO_SMALL',
      message: expect.stringMatching(/\(\d+ bytes\) more/),
    });
    expect(readFileSync(image, 'utf8')).toBe('old');
  }
});

it.each([
  ['ext4', 'seventeen-letters', '17 bytes, but a label of ext4 has 1 to 16'],
  ['fat', 'TWELVELETTER', '12 bytes'],
  ['fat', 'boot', 'upper-case'],
  ['squashfs', 'root', 'has no label'],
] as [FileSystemKind, string, string][])('refuses label of %s: %s', async (kind, label, message) => {
  const image = join(place, 'never');
  await expect(writeFileSystem(kind, new FileTree(), image, { ...AUTO, label })).rejects.toMatchObject({
    code: 'BAD_LABEL',
    message: expect.stringContaining(message),
  });
  expect(existsSync(image)).toBe(false);
});

it.each([
  ['symlink', rootTree(), 'not a symlink'],
  ['colon', new FileTree().add(file('a:b')), '":" cannot be in a name'],
  ['twins', new FileTree().add(file('A')).add(file('a')), 'the same name as A'],
])('FAT refuses %s', async (_, tree, message) => {
  await expect(writeFileSystem('fat', tree, join(place, 'never'), AUTO)).rejects.toThrow(message);
});
