import { open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { truncate, writeFile } from 'fs-extra';
import { runProgram, UserError } from '@bringup/process';
import { formatSize, MIB } from '../common/size.js';
import type { DiskInfo } from './formats.js';

/** Enough for what is at either end of a disk: the GPT and its copy, and whatever tells what it is. */
const END = MIB;
/** Partition types of MBR that hold further tables, which lie anywhere on the disk. */
const EXTENDED = [0x05, 0x0f, 0x85];

/** A part of what a guest sees of a disk. */
export interface Region {
  /** Bytes from its start. */
  offset: number;
  /** Bytes. */
  size: number;
}

/**
 * Writes a part of a disk of any format as a raw file, sparse.
 *
 * @throws UserError `BAD_IMAGE` for a region that reaches beyond the disk
 */
export async function extractRegion(
  path: string,
  info: DiskInfo,
  region: Region,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  checkRegion(path, info, region);
  const file = { driver: info.format, file: { driver: 'file', filename: resolve(path) } };
  const source = `json:${JSON.stringify({ driver: 'raw', ...region, file })}`;
  await runProgram(['qemu-img', 'convert', '-q', '-f', 'raw', '-O', 'raw', source, target], { signal });
}

/** Puts a raw file back where {@link extractRegion} took it from. The rest of the image stays unchanged. */
export async function restoreRegion(
  path: string,
  info: DiskInfo,
  { offset, size }: Region,
  source: string,
  signal?: AbortSignal,
): Promise<void> {
  const file = `file.driver=${info.format},file.file.driver=file`;
  // QEMU's key=value syntax: a comma in a value is doubled.
  const target = `driver=raw,offset=${offset},size=${size},${file},file.file.filename=${resolve(path).replaceAll(',', ',,')}`;
  await runProgram(
    ['qemu-img', 'convert', '-q', '-n', '-f', 'raw', '--target-image-opts', resolve(source), target],
    { signal },
  );
}

/** @throws UserError `BAD_IMAGE` for a region that reaches beyond the disk */
export function checkRegion(path: string, info: DiskInfo, { offset, size }: Region): void {
  if (offset + size <= info.virtualSize) return;
  const [end, disk] = [formatSize(offset + size), formatSize(info.virtualSize)];
  const message = `${path}: a partition ends at ${end}, but the disk has ${disk}; it was cut off. Make or fetch it again`;
  throw new UserError('BAD_IMAGE', message, { path, offset, size });
}

/**
 * Writes a raw, sparse file as large as a disk of another format, with what sfdisk and blkid look at: a disk of 100 GiB is
 * not converted to learn where its partitions are.
 */
export async function extractTable(
  path: string,
  info: DiskInfo,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  const whole = { offset: 0, size: info.virtualSize };
  if (info.virtualSize <= 2 * END) return await extractRegion(path, info, whole, target, signal);
  const tail = await readRegion(path, info, { offset: info.virtualSize - END, size: END }, target, signal);
  const head = await readRegion(path, info, { offset: 0, size: END }, target, signal);
  if (hasExtended(head)) return await extractRegion(path, info, whole, target, signal);
  await writeFile(target, head);
  await truncate(target, info.virtualSize);
  const handle = await open(target, 'r+');
  try {
    await handle.write(tail, 0, tail.length, info.virtualSize - END);
  } finally {
    await handle.close();
  }
}

async function readRegion(
  path: string,
  info: DiskInfo,
  region: Region,
  scratch: string,
  signal?: AbortSignal,
): Promise<Buffer> {
  await extractRegion(path, info, region, scratch, signal);
  return await readFile(scratch);
}

/** Four entries of 16 bytes from 446 on, each with its type at 4, and 55 AA behind them. */
function hasExtended(head: Buffer): boolean {
  if (head.readUInt16BE(510) !== 0x55aa) return false;
  return [0, 1, 2, 3].some((entry) => EXTENDED.includes(head[446 + 16 * entry + 4]!));
}
