import type { FileAttributes, FileType } from './entry.js';

/** linux/stat.h: S_IFMT and its values. */
const TYPES: Readonly<Record<number, FileType>> = {
  0o01: 'fifo',
  0o02: 'char-device',
  0o04: 'directory',
  0o06: 'block-device',
  0o10: 'file',
  0o12: 'symlink',
  0o14: 'socket',
};

/** fs/ext4/ext4.h: the inode's i_block does not hold a symlink's target when one of these is set. */
const EXTENTS_FLAG = 0x80000;
const INLINE_DATA_FLAG = 0x10000000;
const BLOCK_POINTERS = { position: 0x28, length: 60 } as const;
/** With an extra part of at least this many bytes an inode has the upper bits of its mtime. */
const EXTRA_WITH_MTIME = 12;

/**
 * The bytes of an inode out of what debugfs's `idump` prints: rows of an octal offset and 16 bytes in hexadecimal, with
 * `*` for rows that repeat the one before.
 */
export function parseInodeDump(lines: readonly string[]): Buffer {
  const rows: { offset: number; bytes: Buffer }[] = [];
  for (const line of lines) {
    const [, offset, hex] = /^([0-7]+) {2}((?:[0-9a-f]{4} ){1,8})/.exec(line) ?? [];
    if (offset !== undefined && hex !== undefined)
      rows.push({ offset: parseInt(offset, 8), bytes: Buffer.from(hex.replaceAll(' ', ''), 'hex') });
  }
  const inode = Buffer.alloc(Math.max(256, (rows.at(-1)?.offset ?? 0) + 16));
  for (const [index, { offset, bytes }] of rows.entries()) {
    const end = rows[index + 1]?.offset ?? inode.length;
    for (let at = offset; at < end; at += 16) bytes.copy(inode, at);
  }
  return inode;
}

/** An inode of ext2 to ext4 (fs/ext4/ext4.h, struct ext4_inode). A symlink's target is set where the inode holds it. */
export function parseInode(inode: Buffer): FileAttributes {
  const mode = inode.readUInt16LE(0);
  const type = TYPES[mode >> 12] ?? 'unknown';
  const bytes = inode.readUInt32LE(4) + inode.readUInt32LE(0x6c) * 2 ** 32;
  const attributes: FileAttributes = {
    type,
    size: type === 'file' || type === 'symlink' ? bytes : 0,
    mode: mode & 0o7777,
    uid: inode.readUInt16LE(2) + inode.readUInt16LE(0x78) * 2 ** 16,
    gid: inode.readUInt16LE(0x18) + inode.readUInt16LE(0x7a) * 2 ** 16,
    mtime: new Date((inode.readInt32LE(0x10) + extraEpoch(inode) * 2 ** 32) * 1000),
  };
  if (type === 'symlink' && isFast(inode, bytes))
    attributes.target = inode.toString('utf8', BLOCK_POINTERS.position, BLOCK_POINTERS.position + bytes);
  if (type === 'char-device' || type === 'block-device') Object.assign(attributes, deviceNumbers(inode));
  return attributes;
}

function extraEpoch(inode: Buffer): number {
  return inode.readUInt16LE(0x80) >= EXTRA_WITH_MTIME ? inode.readUInt32LE(0x88) & 3 : 0;
}

function isFast(inode: Buffer, bytes: number): boolean {
  const flags = inode.readUInt32LE(0x20);
  return bytes < BLOCK_POINTERS.length && (flags & (EXTENTS_FLAG | INLINE_DATA_FLAG)) === 0;
}

/** linux/kdev_t.h: old_decode_dev of the first block pointer, else new_decode_dev of the second. */
function deviceNumbers(inode: Buffer): { major: number; minor: number } {
  const old = inode.readUInt32LE(BLOCK_POINTERS.position);
  if (old !== 0) return { major: (old >>> 8) & 0xff, minor: old & 0xff };
  const number = inode.readUInt32LE(BLOCK_POINTERS.position + 4);
  return { major: (number >>> 8) & 0xfff, minor: (number & 0xff) | ((number >>> 12) & 0xfff00) };
}
