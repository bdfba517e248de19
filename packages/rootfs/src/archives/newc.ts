import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '@bringup/process';
import { openContent, readPieces } from '../tree/content.js';
import type { TreeEntry } from '../tree/entry.js';
import type { FileTree } from '../tree/file-tree.js';
import { CPIO_TYPES, HEADER_BYTES, NEWC_MAGIC, TRAILER } from './newc-format.js';

/** c_filesize has 8 hexadecimal digits. */
const MAX_FILE_BYTES = 0xffffffff;
/** The block size to which cpio(1) and gen_init_cpio pad an archive. */
const ARCHIVE_BLOCK = 512;
/** The size of a write: thousands of small files must not become thousands of small writes. */
const BLOCK_BYTES = 256 * 1024;

/**
 * Writes a tree as a cpio archive in the "newc" format that the kernel unpacks as initramfs (kernel
 * Documentation/driver-api/early-userspace/buffer-format.rst). Device nodes are only headers, so root is not needed.
 * Same tree, same bytes: times are 0, inode numbers count from 1. `out` is left open.
 *
 * @throws UserError `FILE_TOO_LARGE`, `HOST_FILE_MISSING`; ToolError `FILE_CHANGED`
 */
export async function writeNewc(tree: FileTree, out: Writable): Promise<void> {
  await pipeline(newcStream(tree), out, { end: false });
}

/** The archive as a stream, read ahead of its consumer by a few blocks. */
export function newcStream(tree: FileTree, onBytes?: (count: number) => void): Readable {
  return Readable.from(newcBlocks(tree, onBytes), { highWaterMark: 4 });
}

/** The archive in blocks of about {@link BLOCK_BYTES}. */
export async function* newcBlocks(tree: FileTree, onBytes?: (count: number) => void): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for (const part of newcParts(tree)) {
    parts.push(part);
    bytes += part.length;
    if (bytes < BLOCK_BYTES) continue;
    onBytes?.(bytes);
    yield Buffer.concat(parts, bytes);
    parts = [];
    bytes = 0;
  }
  onBytes?.(bytes);
  yield Buffer.concat(parts, bytes);
}

function* newcParts(tree: FileTree): Generator<Buffer> {
  let offset = 0;
  let inode = 0;
  for (const entry of tree.entries()) {
    inode += 1;
    for (const part of entryParts(entry, inode)) {
      offset += part.length;
      yield part;
    }
  }
  const trailer = formatHeader({ name: TRAILER, inode: 0, mode: 0, links: 1, bytes: 0 });
  yield trailer;
  yield padding(offset + trailer.length, ARCHIVE_BLOCK);
}

function* entryParts(entry: TreeEntry, inode: number): Generator<Buffer> {
  const links = entry.type === 'directory' ? 2 : 1;
  if (entry.path === TRAILER) throw endsArchive();
  const fields = { ...entry, name: entry.path, inode, links, mode: entryMode(entry) };
  if (entry.type === 'symlink') {
    const target = Buffer.from(entry.target);
    yield formatHeader({ ...fields, bytes: target.length });
    yield target;
    yield padding(target.length, 4);
    return;
  }
  if (entry.type !== 'file') {
    yield formatHeader({ ...fields, bytes: 0 });
    return;
  }
  const content = openContent(entry.path, entry.content);
  try {
    if (content.size > MAX_FILE_BYTES) throw tooLarge(entry.path, content.size);
    yield formatHeader({ ...fields, bytes: content.size });
    yield* readPieces(entry.path, content);
    yield padding(content.size, 4);
  } finally {
    content.close();
  }
}

function entryMode(entry: TreeEntry): number {
  return CPIO_TYPES[entry.type === 'device' ? entry.kind : entry.type] | entry.mode;
}

interface HeaderFields {
  name: string;
  inode: number;
  mode: number;
  links: number;
  bytes: number;
  uid?: number;
  gid?: number;
  major?: number;
  minor?: number;
}

/** Header, name and its NUL, padded to a multiple of four (the header starts at one). */
function formatHeader(fields: HeaderFields): Buffer {
  const nameBytes = Buffer.byteLength(fields.name) + 1;
  const { inode, mode, uid = 0, gid = 0, links, bytes, major = 0, minor = 0 } = fields;
  // c_ino c_mode c_uid c_gid c_nlink c_mtime c_filesize c_maj c_min c_rmaj c_rmin c_namesize c_chksum
  const numbers = [inode, mode, uid, gid, links, 0, bytes, 0, 0, major, minor, nameBytes, 0];
  const text = NEWC_MAGIC + numbers.map((number) => number.toString(16).padStart(8, '0')).join('');
  const header = Buffer.alloc(HEADER_BYTES + nameBytes + padded(HEADER_BYTES + nameBytes, 4));
  header.write(text, 'latin1');
  header.write(fields.name, HEADER_BYTES);
  return header;
}

function padded(length: number, block: number): number {
  return (block - (length % block)) % block;
}

function padding(length: number, block: number): Buffer {
  return Buffer.alloc(padded(length, block));
}

function tooLarge(path: string, size: number): UserError {
  const message = `${path} has ${size} bytes; a newc archive holds files of at most ${MAX_FILE_BYTES}. Put it on a disk image`;
  return new UserError('FILE_TOO_LARGE', message, { path, size });
}

function endsArchive(): UserError {
  return new UserError('BAD_PATH', `a file called ${TRAILER} would end the archive: rename it`, {
    path: TRAILER,
  });
}
