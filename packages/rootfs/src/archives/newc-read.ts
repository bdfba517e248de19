import { UserError } from '@bringup/process';
import { archivePath } from './archive-path.js';
import type { TreeEntry } from '../tree/entry.js';
import { FileTree } from '../tree/file-tree.js';
import { CPIO_TYPE_MASK, CPIO_TYPES, HEADER_BYTES, TRAILER } from './newc-format.js';
import { NEWC_CHECKSUM_MAGIC, NEWC_MAGIC } from './newc-format.js';

/** An entry whose content, if it is a file, is in memory. */
type NewcEntry = Exclude<TreeEntry, { type: 'file' }> | (TreeEntry & { content: { data: Buffer } });

interface RawEntry {
  offset: number;
  inode: string;
  links: number;
  mode: number;
  uid: number;
  gid: number;
  major: number;
  minor: number;
  name: string;
  data: Buffer;
  /** Offset of what follows. */
  end: number;
}

/**
 * Reads newc archives, one or several in a row as the kernel accepts them, in the archive's order. Nothing is
 * written anywhere; data are views of `input`. Hard links become copies.
 *
 * @throws UserError `BAD_CPIO` naming the offset: for anything truncated, malformed or hostile
 */
export function readNewc(input: Buffer): NewcEntry[] {
  const entries: NewcEntry[] = [];
  for (let offset = 0; offset === 0 || offset < input.length; ) {
    offset = readArchive(input, offset, entries);
    // buffer-format.rst: archives may be followed by any amount of zero bytes.
    while (offset < input.length && input[offset] === 0) offset += 1;
  }
  return entries;
}

function readArchive(input: Buffer, start: number, entries: NewcEntry[]): number {
  const tree = new FileTree();
  const linked = new Map<string, Extract<NewcEntry, { type: 'file' }>[]>();
  for (let offset = start; ; ) {
    const raw = readRaw(input, offset);
    if (raw.name === TRAILER) return raw.end;
    const entry = toEntry(raw);
    if (entry) {
      addChecked(tree, entry, offset);
      if (entry.type === 'file' && raw.links > 1) shareData(linked, raw.inode, entry);
      entries.push(entry);
    }
    offset = raw.end;
  }
}

/** Only one of an inode's names carries the data, usually the last. */
function shareData(
  linked: Map<string, Extract<NewcEntry, { type: 'file' }>[]>,
  inode: string,
  entry: Extract<NewcEntry, { type: 'file' }>,
): void {
  const names = [...(linked.get(inode) ?? []), entry];
  linked.set(inode, names);
  const content = names.find((name) => name.content.data.length > 0)?.content ?? entry.content;
  for (const name of names) name.content = content;
}

function readRaw(input: Buffer, offset: number): RawEntry {
  const need = (end: number, what: string) => {
    if (end > input.length)
      throw bad(offset, `the archive ends within ${what} (${input.length} bytes in all)`);
  };
  need(offset + HEADER_BYTES, 'a header');
  const magic = input.toString('latin1', offset, offset + 6);
  if (magic !== NEWC_MAGIC && magic !== NEWC_CHECKSUM_MAGIC) {
    throw bad(
      offset,
      `not a newc header: expected ${NEWC_MAGIC}. A compressed archive must be unpacked first`,
    );
  }
  const field = (index: number) => readField(input, offset, index);
  const nameStart = offset + HEADER_BYTES;
  const nameBytes = field(11);
  need(nameStart + nameBytes, 'a name');
  if (nameBytes < 2 || input[nameStart + nameBytes - 1] !== 0) throw bad(offset, 'a name without its NUL');
  const dataStart = align(nameStart + nameBytes);
  const dataEnd = dataStart + field(6);
  need(dataEnd, 'the data of an entry');
  const data = input.subarray(dataStart, dataEnd);
  // cpio(1) sums up regular files only; a symlink's field is 0.
  const summed = magic === NEWC_CHECKSUM_MAGIC && (field(1) & CPIO_TYPE_MASK) === CPIO_TYPES.file;
  if (summed) checkSum(offset, field(12), data);
  return {
    offset,
    inode: `${field(7)}:${field(8)}:${field(0)}`,
    links: field(4),
    mode: field(1),
    uid: field(2),
    gid: field(3),
    major: field(9),
    minor: field(10),
    name: decode(input.subarray(nameStart, nameStart + nameBytes - 1), offset),
    data,
    end: Math.min(align(dataEnd), input.length),
  };
}

function readField(input: Buffer, offset: number, index: number): number {
  const start = offset + 6 + index * 8;
  const digits = input.toString('latin1', start, start + 8);
  if (!/^[0-9A-Fa-f]{8}$/.test(digits)) {
    throw bad(start, `${JSON.stringify(digits)} is not a number of eight hexadecimal digits`);
  }
  return Number.parseInt(digits, 16);
}

/** buffer-format.rst: "the sum of all bytes in the data section modulo 2^32". */
function checkSum(offset: number, expected: number, data: Buffer): void {
  let sum = 0;
  for (const byte of data) sum = (sum + byte) >>> 0;
  if (sum !== expected) throw bad(offset, `checksum ${sum} where the header says ${expected}`);
}

function toEntry(raw: RawEntry): NewcEntry | undefined {
  const path = archivePath(raw.name, (why) => bad(raw.offset, `${JSON.stringify(raw.name)}: ${why}`));
  if (path === undefined) return undefined;
  const base = { path, mode: raw.mode & 0o7777, uid: raw.uid, gid: raw.gid };
  const device = { ...base, type: 'device', major: raw.major, minor: raw.minor } as const;
  switch (raw.mode & CPIO_TYPE_MASK) {
    case CPIO_TYPES.file:
      return { ...base, type: 'file', content: { data: raw.data } };
    case CPIO_TYPES.directory:
      return { ...base, type: 'directory' };
    case CPIO_TYPES.symlink:
      return { ...base, type: 'symlink', target: decode(raw.data, raw.offset) };
    case CPIO_TYPES.char:
      return { ...device, kind: 'char' };
    case CPIO_TYPES.block:
      return { ...device, kind: 'block' };
    case CPIO_TYPES.fifo:
      return { ...base, type: 'fifo' };
    default:
      throw bad(raw.offset, `${path} has mode 0${raw.mode.toString(8)}, which is not a known file type`);
  }
}

/** The tree refuses what an unpacker could be tricked with, such as a file below a symlink. */
function addChecked(tree: FileTree, entry: NewcEntry, offset: number): void {
  try {
    tree.add(entry);
  } catch (error) {
    throw bad(offset, (error as Error).message, error);
  }
}

function decode(bytes: Buffer, offset: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw bad(
      offset,
      `a name or target that is not UTF-8: ${JSON.stringify(bytes.toString('latin1'))}`,
      error,
    );
  }
}

function align(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}

function bad(offset: number, why: string, cause?: unknown): UserError {
  return new UserError('BAD_CPIO', `cpio archive, offset ${offset}: ${why}`, { offset }, cause);
}
