/** fs/ext4/ext4.h: the inode's i_block does not hold a symlink's target when one of these is set. */
const EXTENTS_FLAG = 0x80000;
const INLINE_DATA_FLAG = 0x10000000;
const BLOCK_POINTERS = { position: 0x28, length: 60 } as const;
/** The part that inodes of every version have. */
const INODE_BYTES = 128;

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
  const inode = Buffer.alloc(Math.max(INODE_BYTES, (rows.at(-1)?.offset ?? 0) + 16));
  for (const [index, { offset, bytes }] of rows.entries()) {
    const end = rows[index + 1]?.offset ?? inode.length;
    for (let at = offset; at < end; at += 16) bytes.copy(inode, at);
  }
  return inode;
}

/** The target of a symlink, unless it is too long to lie in the inode (fs/ext4/ext4.h, struct ext4_inode). */
export function parseTarget(inode: Buffer): string | undefined {
  const bytes = inode.readUInt32LE(4);
  if (!isFast(inode, bytes)) return undefined;
  return inode.toString('utf8', BLOCK_POINTERS.position, BLOCK_POINTERS.position + bytes);
}

function isFast(inode: Buffer, bytes: number): boolean {
  const flags = inode.readUInt32LE(0x20);
  return bytes < BLOCK_POINTERS.length && (flags & (EXTENTS_FLAG | INLINE_DATA_FLAG)) === 0;
}

/** linux/kdev_t.h: old_decode_dev of the first block pointer, else new_decode_dev of the second. */
export function parseDevice(inode: Buffer): { major: number; minor: number } {
  const old = inode.readUInt32LE(BLOCK_POINTERS.position);
  if (old !== 0) return { major: (old >>> 8) & 0xff, minor: old & 0xff };
  const number = inode.readUInt32LE(BLOCK_POINTERS.position + 4);
  return { major: (number >>> 8) & 0xfff, minor: (number & 0xff) | ((number >>> 12) & 0xfff00) };
}
