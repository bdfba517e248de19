import { ensureDir, truncate, utimes, writeFile, copy } from 'fs-extra';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  runProgram,
  scrubbedEnvironment,
  UserError,
  withTemporaryDirectory,
  writeAside,
} from '@bringup/process';
import { hashTree, type FileTree, type TreeEntry } from '@bringup/rootfs';
import { installSyslinux } from '../boot/boot-loader.js';
import { contentSize } from './content-size.js';
import type { FileSystemOptions } from './file-system-options.js';
import { contentSeed, IMAGE_TIME, seededSerial } from '../common/identity.js';
import { MIB, roundUp, tooSmall } from '../common/size.js';

/** The largest cluster that mkfs.fat chooses below 512 MiB; an automatic size assumes it. */
const CLUSTER_MAX = 16 * 1024;
/** ldlinux.sys and ldlinux.c32, with room for clusters half full. */
const SYSLINUX_BYTES = 256 * 1024;
/** FAT specification: long names must not contain these. Brackets are wildcards of mtools. */
// eslint-disable-next-line no-control-regex -- control characters are what is refused
const BAD_CHARACTERS = /["*:<>?\\|[\]\x00-\x1f\x7f]/;

type FatEntry = Extract<TreeEntry, { type: 'file' | 'directory' }>;

/**
 * Writes a tree as FAT12, FAT16 or FAT32, by its size as mkfs.fat chooses. FAT keeps neither owners nor modes.
 *
 * @throws UserError `FAT_CANNOT_HOLD` (symlink, device, name), `IMAGE_TOO_SMALL`
 */
export async function writeFat(tree: FileTree, path: string, options: FileSystemOptions): Promise<void> {
  const entries = checkEntries(tree);
  const needed = (await clusterBytes(entries, CLUSTER_MAX)) + (options.syslinux ? SYSLINUX_BYTES : 0);
  // syslinux counts the clusters of a FAT12 otherwise than mkfs.fat, and refuses some of its larger ones.
  const least = options.syslinux ? 16 * MIB : MIB;
  const size =
    options.size === 'auto'
      ? roundUp(Math.max(needed * (1 + options.margin) + MIB / 2, least), MIB)
      : options.size;
  const seed = contentSeed(
    'fat',
    await hashTree(tree),
    options.label ?? '',
    String(size),
    options.syslinux ? 'syslinux' : '',
  );
  const label = options.label ? ['-n', options.label] : [];
  const env = scrubbedEnvironment({
    LC_ALL: 'C.UTF-8', // In C, mtools take each byte of a name for a character.
    SOURCE_DATE_EPOCH: String(IMAGE_TIME),
    MTOOLS_SKIP_CHECK: '1',
  });
  await writeAside(path, async (aside) => {
    await writeFile(aside, '');
    await truncate(aside, size);
    await runProgram(['mkfs.fat', '--invariant', '-i', seededSerial(seed, 'volume'), ...label, aside], {
      env,
    });
    await checkRoom(aside, entries, size, options.syslinux ? SYSLINUX_BYTES : 0);
    await copyEntries(entries, aside, env, options.signal);
    if (options.syslinux) await installSyslinux(aside, options.signal);
  });
}

function checkEntries(tree: FileTree): FatEntry[] {
  const seen = new Map<string, string>();
  return tree.entries().map((entry) => {
    const refuse = (why: string) =>
      new UserError('FAT_CANNOT_HOLD', `${entry.path}: ${why}. Leave it out, or use ext4`, {
        path: entry.path,
      });
    if (entry.type !== 'file' && entry.type !== 'directory')
      throw refuse(`a FAT file system holds files and directories, not a ${entry.type}`);
    const problem = fatNameProblem(entry.path);
    if (problem !== undefined) throw refuse(problem);
    const twin = seen.get(entry.path.toLowerCase());
    if (twin !== undefined) throw refuse(`FAT takes it for the same name as ${twin}`);
    seen.set(entry.path.toLowerCase(), entry.path);
    return entry;
  });
}

/** Why nothing on FAT can have a path, if so. */
export function fatNameProblem(path: string): string | undefined {
  const bad = BAD_CHARACTERS.exec(path);
  if (bad) return `${JSON.stringify(bad[0])} cannot be in a name on FAT`;
  return /[ .](\/|$)/.test(path) ? 'a name on FAT cannot end with a dot or a space' : undefined;
}

async function clusterBytes(entries: readonly FatEntry[], cluster: number): Promise<number> {
  let bytes = 0;
  for (const entry of entries) {
    const size = entry.type === 'file' ? await contentSize(entry.path, entry.content) : cluster;
    bytes += roundUp(size, cluster);
  }
  return bytes;
}

/** FAT specification, "BPB": reckons with the clusters that mkfs.fat really made. */
async function checkRoom(
  image: string,
  entries: readonly FatEntry[],
  size: number,
  reserved: number,
): Promise<void> {
  const handle = await open(image, 'r');
  const bpb = Buffer.alloc(64);
  try {
    await handle.read(bpb, 0, bpb.length, 0);
  } finally {
    await handle.close();
  }
  const sector = bpb.readUInt16LE(11);
  const cluster = bpb.readUInt8(13) * sector;
  const sectors = bpb.readUInt16LE(19) || bpb.readUInt32LE(32);
  const fat = bpb.readUInt16LE(22) || bpb.readUInt32LE(36);
  const overhead =
    (bpb.readUInt16LE(14) + bpb.readUInt8(16) * fat) * sector + roundUp(bpb.readUInt16LE(17) * 32, sector);
  const room = Math.floor((sectors * sector - overhead) / cluster) * cluster;
  const needed = (await clusterBytes(entries, cluster)) + reserved;
  if (needed > room) throw tooSmall('FAT file system', size, size + needed - room);
}

/** One by one in the order of the tree, for the order in a directory is that of copying. */
async function copyEntries(
  entries: readonly FatEntry[],
  image: string,
  env: ReturnType<typeof scrubbedEnvironment>,
  signal?: AbortSignal,
): Promise<void> {
  const copyAll = async (scratch: string): Promise<void> => {
    for (const [index, entry] of entries.entries()) {
      if (entry.type === 'directory') {
        await runProgram(['mmd', '-i', image, `::/${entry.path}`], { env, signal });
        continue;
      }
      const staged = join(scratch, String(index));
      await ensureDir(dirname(staged));
      if ('data' in entry.content) await writeFile(staged, entry.content.data);
      else await copy(entry.content.hostFile, staged);
      await utimes(staged, IMAGE_TIME, IMAGE_TIME);
      await runProgram(['mcopy', '-m', '-i', image, staged, `::/${entry.path}`], { env, signal });
    }
  };
  await withTemporaryDirectory('fat', copyAll, dirname(image));
}
