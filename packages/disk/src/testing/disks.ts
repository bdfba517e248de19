import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileTree } from '@bringup/rootfs';
import { convertDisk, writeDisk, writeFileSystem, type DiskFormat } from '../index.js';
import { file, rootTree } from './trees.js';

const MIB = 2 ** 20;

/** The content of `big` in every file system of {@link makeDisks}. */
export const BIG = randomBytes(5 * MIB);
/** Names that programs may take for something else. */
export const ODD_NAMES = [
  'with space',
  "it's $HOME %41 `id`",
  '-dash',
  'ünï 日本',
  '<12>',
  'a;b,c=d',
] as const;
/** FAT has no such characters; squashfs and ext do. */
export const ODD_LINUX_NAMES = ['qu"ote', 'back\\slash', 'st*r?', 'arrow -> x'] as const;
const FAT_NAMES = ODD_NAMES.filter((name) => !/[<>]/.test(name));

/** Odd names on Linux file systems, and a plain one. */
function linuxTree(): FileTree {
  const tree = rootTree().add(file('big', BIG)).add(file('etc/empty'));
  for (const name of [...ODD_NAMES, ...ODD_LINUX_NAMES]) tree.add(file(`odd/${name}`, `${name}\n`));
  const link = (path: string, target: string) =>
    tree.add({ path, type: 'symlink', target, mode: 0o777, uid: 0, gid: 0 });
  link('etc/absolute', '/home/anna/notes');
  link('etc/relative', '../home/anna/notes');
  link('etc/outside', '/../../../../etc/passwd');
  link('etc/loop', 'loop');
  link('etc/long', `../${'./'.repeat(60)}big`);
  link('homes', 'home');
  return tree;
}

function fatBootTree(): FileTree {
  const tree = new FileTree().add(file('big', BIG)).add(file('EFI/BOOT/BOOTAA64.EFI', 'efi\n'));
  for (const name of [...FAT_NAMES]) tree.add(file(`odd/${name}`, `${name}\n`));
  return tree;
}

/** Images of all kinds in a directory, with a FAT file system first and an ext4 behind it where there are two. */
export async function makeDisks(place: string) {
  const at = (name: string) => join(place, name);
  const [fat, ext4, squashfs] = ['fat', 'ext4', 'squashfs'].map(at) as [string, string, string];
  await writeFileSystem('fat', fatBootTree(), fat, { size: 16 * MIB, margin: 0, label: 'BOOT' });
  await writeFileSystem('ext4', linuxTree(), ext4, { size: 32 * MIB, margin: 0, label: 'rootfs' });
  await writeFileSystem('squashfs', linuxTree(), squashfs, { size: 'auto', margin: 0 });
  // Bringup writes no such name, other systems do.
  const bracket = at('bracket');
  writeFileSync(bracket, 'br[ack]ets\n');
  execFileSync('mcopy', ['-i', fat, bracket, '::/odd/br[ack]ets']);
  const [gpt, mbr] = [at('gpt'), at('mbr')];
  const partitions = [
    { name: 'EFI system', type: 'esp', image: fat },
    { name: 'rootfs', type: 'linux', image: ext4 },
    { name: 'static', type: 'linux', image: squashfs },
  ] as const;
  const nameless = partitions.map(({ type, image }) => ({ type, image }));
  await writeDisk(gpt, { table: 'gpt', size: 'auto', partitions });
  await writeDisk(mbr, { table: 'mbr', size: 'auto', partitions: nameless });
  const converted = async (path: string, format: DiskFormat) => {
    await convertDisk({ path }, { path: `${path}.${format}`, format });
    return `${path}.${format}`;
  };
  return {
    fat,
    ext4,
    squashfs,
    gpt,
    mbr,
    qcow2: await converted(gpt, 'qcow2'),
    vmdk: await converted(gpt, 'vmdk'),
    vdi: await converted(mbr, 'vdi'),
    qcow2Ext4: await converted(ext4, 'qcow2-compressed'),
  };
}

export function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
