/** buffer-format.rst: "The string 070701"; 070702 has a checksum as well. */
export const NEWC_MAGIC = '070701';
export const NEWC_CHECKSUM_MAGIC = '070702';
/** Six bytes of magic, thirteen fields of eight hexadecimal digits. */
export const HEADER_BYTES = 6 + 13 * 8;
/** The name of the entry that ends an archive. */
export const TRAILER = 'TRAILER!!!';

/** The file type bits of c_mode (inode(7), S_IFMT). */
export const CPIO_TYPES = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  char: 0o020000,
  block: 0o060000,
  fifo: 0o010000,
} as const;
/** S_IFMT. */
export const CPIO_TYPE_MASK = 0o170000;
