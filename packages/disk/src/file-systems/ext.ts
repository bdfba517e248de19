import { truncate, writeFile } from 'fs-extra';
import { dirname, join, resolve } from 'node:path';
import { scrubbedEnvironment, ToolError, writeAside } from '@bringup/process';
import { hashTree, type FileTree } from '@bringup/rootfs';
import { contentSize } from './content-size.js';
import { runDebugfs } from './debugfs.js';
import type { FileSystemOptions } from './file-system-options.js';
import { contentSeed, IMAGE_TIME, seededUuid } from '../common/identity.js';
import { MIB, roundUp, tooSmall } from '../common/size.js';
import { withStagedTree } from '../common/staging.js';

const BLOCK = 4096;
const INODE = 256;
/** Inodes 1 to 10 are reserved, 11 is lost+found. */
const FIRST_FREE_INODE = 12;
/** The smallest journal, 1024 blocks, and the smallest file system that gets one: mke2fs wants half of it free. */
const JOURNAL = 4 * MIB;
const JOURNAL_FROM = 16 * MIB;
/** Superblock copies, group descriptors, bitmaps, resize inode. */
const FIXED = MIB;
/** A symlink's target of up to this many bytes lies in the inode. */
const FAST_SYMLINK = 59;

/** mke2fs takes its defaults from the host's /etc; these are ours, so that a host's do not matter. */
const CONFIGURATION = `[defaults]
base_features = sparse_super,large_file,filetype,resize_inode,dir_index,ext_attr
blocksize = ${BLOCK}
inode_size = ${INODE}
inode_ratio = 16384
[fs_types]
small = {
}
big = {
}
huge = {
}
ext2 = {
}
ext4 = {
features = has_journal,extent,huge_file,flex_bg,metadata_csum,64bit,dir_nlink,extra_isize
}
`;

/**
 * Writes a tree as ext2 or ext4: owners, modes and device nodes as in the tree, every time and UUID fixed. An ext4 of
 * less than 16 MiB has no journal: there is no room for one.
 *
 * @throws UserError `IMAGE_TOO_SMALL`; ToolError `TOOL_MISSING`, `TOOL_FAILED`, `NO_SPACE`
 */
export async function writeExt(
  kind: 'ext2' | 'ext4',
  tree: FileTree,
  path: string,
  options: FileSystemOptions,
): Promise<void> {
  const inodes = tree.entries().length + FIRST_FREE_INODE;
  const content = await estimate(tree, inodes);
  const journaled = kind === 'ext4' && (options.size === 'auto' || options.size >= JOURNAL_FROM);
  const needed = content + (journaled ? JOURNAL : 0);
  const least = journaled ? JOURNAL_FROM : 8 * MIB;
  const size = options.size === 'auto' ? autoSize(needed, options.margin, least) : options.size;
  if (size < needed) throw tooSmall(`${kind} file system`, size, needed);
  const seed = contentSeed(kind, await hashTree(tree), options.label ?? '', String(size));
  await writeAside(path, async (aside) => {
    await writeFile(aside, '');
    await truncate(aside, size);
    await withStagedTree(
      tree,
      dirname(path),
      async ({ directory, scratch, run }) => {
        const configuration = join(scratch, 'mke2fs.conf');
        await writeFile(configuration, CONFIGURATION);
        const env = scrubbedEnvironment({
          MKE2FS_CONFIG: configuration,
          E2FSPROGS_FAKE_TIME: String(IMAGE_TIME),
          SOURCE_DATE_EPOCH: String(IMAGE_TIME),
        });
        const uuid = seededUuid(seed, 'uuid');
        const extended = `hash_seed=${seededUuid(seed, 'hash')},lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0`;
        const argv = ['mke2fs', '-q', '-F', '-t', kind, '-d', directory, '-U', uuid, '-E', extended] as const;
        const journal = journaled ? ['-J', `size=${JOURNAL / MIB}`] : ['-O', '^has_journal'];
        const label = options.label ? ['-L', options.label] : [];
        const count = String(Math.max(Math.ceil(inodes * 1.25), Math.floor(size / 16384)));
        const mke2fs = [...argv, ...journal, ...label, '-m', '0', '-N', count, resolve(aside)] as const;
        await run(mke2fs, { env }).catch((error: unknown) => {
          throw isFull(error) ? tooSmall(`${kind} file system`, size, autoSize(size, 0.05, 0)) : error;
        });
        await setTimes(resolve(aside), inodes, scratch, options.signal);
      },
      options.signal,
    );
  });
}

function isFull(error: unknown): boolean {
  return error instanceof ToolError && /Could not allocate|No free space/.test(error.message);
}

function autoSize(needed: number, margin: number, least: number): number {
  return roundUp(Math.max(needed * (1 + margin), least), MIB);
}

/** Bytes that the content takes at least, with what the file system itself needs but for a journal. */
async function estimate(tree: FileTree, inodes: number): Promise<number> {
  let bytes = FIXED + inodes * INODE;
  for (const entry of tree.entries()) {
    if (entry.type === 'file') bytes += roundUp(await contentSize(entry.path, entry.content), BLOCK);
    if (entry.type === 'directory') bytes += BLOCK;
    if (entry.type === 'symlink' && Buffer.byteLength(entry.target) > FAST_SYMLINK) bytes += BLOCK;
  }
  return roundUp(bytes, BLOCK);
}

/**
 * mke2fs 1.47.0 takes atime and ctime from the directory that it copies, and ctime cannot be set there. It hands out
 * inodes in order, so those of the tree are known by number.
 */
async function setTimes(image: string, inodes: number, scratch: string, signal?: AbortSignal): Promise<void> {
  const requests: string[] = [];
  const numbers = [2, ...Array.from({ length: inodes - FIRST_FREE_INODE }, (_, i) => FIRST_FREE_INODE + i)];
  for (const inode of numbers) {
    for (const field of ['atime', 'ctime', 'mtime'])
      requests.push(`set_inode_field <${inode}> ${field} @${IMAGE_TIME}`);
  }
  await runDebugfs(requests, { description: image, device: image, cwd: scratch, write: true, signal });
}
