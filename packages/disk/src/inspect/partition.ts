import { symlink } from 'fs-extra';
import { join, resolve } from 'node:path';
import { UserError, withTemporaryDirectory } from '@bringup/process';
import { checkRegion, extractRegion, type Region } from '../formats/extract.js';
import { inspectDisk, type DiskFormat, type DiskInfo } from '../formats/formats.js';
import { readTable, viewTable, type FoundPartition } from './inspect.js';
import { formatSize } from '../common/size.js';
import { VOLUME, type FileSystemReader, type Volume } from './entry.js';
import { extReader } from './ext.js';
import { fatReader } from './fat.js';
import { needsRecovery, replayJournal } from './journal.js';
import { probeImage } from './probe.js';
import { squashfsReader } from './squashfs.js';

/** The readable file systems, by blkid's name, and the reader of each. */
const READERS = {
  vfat: fatReader,
  ext2: extReader,
  ext3: extReader,
  ext4: extReader,
  squashfs: squashfsReader,
} as const;

/** A file system that can be looked into, by blkid's name. */
export type ReadableFileSystem = keyof typeof READERS;

/** A disk image, and which file system of it. */
export interface DiskPlace {
  path: string;
  /** Default: looked at. */
  format?: DiskFormat;
  /** Number, or name in the GPT. Default: the only one, or the image itself when it has no partition table. */
  partition?: number | string;
}

/** A file system of a disk image, open for reading. */
export interface OpenPartition {
  /** For messages: the image, and which partition. */
  description: string;
  fileSystem: ReadableFileSystem;
  /** As the table has it; nothing in an image without a table. */
  entry?: FoundPartition;
  volume: Volume;
  reader: FileSystemReader;
}

/** Where a file system was found. */
export interface FoundVolume {
  info: DiskInfo;
  region: Region;
  entry?: FoundPartition;
  description: string;
}

/**
 * Lets `work` read a file system of a disk image, without mounting it and without root. A raw image is read where it is;
 * of any other format the one partition is copied out first. Of an ext file system that nobody unmounted the journal is
 * replayed on a copy. The image itself is never written to.
 *
 * @throws UserError `NO_SUCH_PARTITION`, `PARTITION_NEEDED`, `UNKNOWN_FILE_SYSTEM`, `CORRUPT_FILE_SYSTEM`, and what
 * `inspectDisk` throws
 */
export async function openPartition<T>(
  place: DiskPlace,
  work: (partition: OpenPartition) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  return await withTemporaryDirectory('look', async (directory) => {
    const { info, region, entry, description } = await findVolume(place, directory, signal);
    const base = { size: region.size, description, directory, signal };
    const extract = async (): Promise<Volume> => {
      const path = join(directory, 'partition');
      await extractRegion(place.path, info, region, path, signal);
      return { ...base, path, offset: 0 };
    };
    const isRaw = info.format === 'raw';
    const inPlace = { ...base, path: resolve(place.path), offset: region.offset };
    const found = await openVolume(isRaw ? inPlace : await extract(), entry);
    const replay = found.fileSystem.startsWith('ext') && (await needsRecovery(found.volume));
    const partition = replay && isRaw ? await openVolume(await extract(), entry) : found;
    await symlink(partition.volume.path, join(directory, VOLUME));
    if (replay) await replayJournal(partition.volume);
    return await work(partition);
  });
}

/**
 * A file system that lies in a raw file; its link is not needed before something is read.
 *
 * @throws UserError `UNKNOWN_FILE_SYSTEM`
 */
export async function openVolume(volume: Volume, entry?: FoundPartition): Promise<OpenPartition> {
  const { path, offset, size, description, signal } = volume;
  const { type = 'nothing that blkid knows' } = await probeImage(path, { offset, size }, signal);
  if (isReadable(type))
    return { description, fileSystem: type, entry, volume, reader: READERS[type](volume) };
  const known = Object.keys(READERS).join(', ');
  const message = `${description} holds no file system that can be looked into: found ${type}, known are ${known}`;
  throw new UserError('UNKNOWN_FILE_SYSTEM', message, { image: description, found: type });
}

function isReadable(type: string): type is ReadableFileSystem {
  return Object.hasOwn(READERS, type);
}

/**
 * Finds the partition, or the whole image when it has no table.
 *
 * @param scratch a directory for what has to be extracted for that
 * @throws UserError `NO_SUCH_PARTITION`, `PARTITION_NEEDED`, and what `inspectDisk` throws
 */
export async function findVolume(
  place: DiskPlace,
  scratch: string,
  signal?: AbortSignal,
): Promise<FoundVolume> {
  const { path, partition } = place;
  const info = await inspectDisk(path, place.format, signal);
  const view = await viewTable(path, info, scratch, signal);
  const { type, table } = await probeImage(view, undefined, signal);
  // Without a table it is a file system, or nothing known: openVolume says what.
  if (partition === undefined && (table === undefined || type !== undefined))
    return { info, region: { offset: 0, size: info.virtualSize }, description: path };
  if (table === undefined) {
    const message = `${path} has no partition table, so no partition ${JSON.stringify(partition)}: leave the partition out`;
    throw new UserError('NO_SUCH_PARTITION', message, { path, partition });
  }
  const entry = choosePartition(path, await readTable(path, view, signal), partition);
  const region = { offset: entry.start, size: entry.size };
  checkRegion(path, info, region);
  return { info, region, entry, description: `${path} partition ${entry.number}` };
}

function choosePartition(
  path: string,
  found: readonly FoundPartition[],
  wanted: number | string | undefined,
): FoundPartition {
  const fields = { path, partition: wanted, partitions: found };
  if (wanted === undefined) {
    if (found.length === 1) return found[0]!;
    const message = `${path} has ${found.length} partitions: say which one, by number or name.\n${describe(found)}`;
    throw new UserError('PARTITION_NEEDED', message, fields);
  }
  const named = found.filter(({ name }) => name === wanted);
  if (named.length > 1) {
    const message = `${path} has ${named.length} partitions called ${JSON.stringify(wanted)}: give a number.\n${describe(found)}`;
    throw new UserError('PARTITION_NEEDED', message, fields);
  }
  const entry = named[0] ?? found.find(({ number }) => String(number) === String(wanted));
  if (entry !== undefined) return entry;
  const message = `${path} has no partition ${JSON.stringify(wanted)}.\n${describe(found)}`;
  throw new UserError('NO_SUCH_PARTITION', message, fields);
}

function describe(found: readonly FoundPartition[]): string {
  if (found.length === 0) return 'Its table is empty';
  const rows = found.map(({ number, name, size, type }) => {
    const label = name === undefined ? '' : ` ${JSON.stringify(name)}`;
    return `  ${number}${label}, ${formatSize(size)}, type ${type}`;
  });
  return `It has:\n${rows.join('\n')}`;
}
