import { truncate, writeFile } from 'fs-extra';
import { open, readFile, stat } from 'node:fs/promises';
import { runProgram, sha256File, UserError, writeAside } from '@bringup/process';
import { findBootFile } from '../boot/boot-files.js';
import { contentSeed } from '../common/identity.js';
import { planTable, type PartitionPlan, type TableKind, type TablePlan } from './partitions.js';
import { tooSmall } from '../common/size.js';

/** A partition and the file that is put into it. */
export interface PartitionContent extends Omit<PartitionPlan, 'size'> {
  /** A file system's image, copied in sparse. */
  image: string;
  /** Bytes. Default: the image's. */
  size?: number;
  /** A string that identifies the image, so that all of it need not be read. Default: its hash. */
  identity?: string;
}

interface DiskOptions {
  table: TableKind;
  partitions: readonly PartitionContent[];
  /** Bytes of the disk, or as large as the partitions need. */
  size: number | 'auto';
  /** Puts code before the table by which a PC's BIOS starts the partition that is `bootable`. */
  bootCode?: boolean;
  signal?: AbortSignal;
}

/**
 * Writes a raw disk with a partition table, sparse where the images are. Same contents and options, same bytes.
 *
 * @throws UserError `IMAGE_MISSING`, `IMAGE_TOO_SMALL`, and what `planTable` throws
 */
export async function writeDisk(path: string, options: DiskOptions): Promise<TablePlan> {
  const partitions: PartitionPlan[] = [];
  const hashes: string[] = [];
  for (const { image, identity, ...partition } of options.partitions) {
    const bytes = await imageSize(image);
    const size = partition.size ?? bytes;
    if (size < bytes) throw tooSmall(`partition ${partition.name ?? partitions.length + 1}`, size, bytes);
    partitions.push({ ...partition, size });
    hashes.push(identity ?? (await sha256File(image)));
  }
  const seed = contentSeed(options.table, String(options.size), JSON.stringify(partitions), ...hashes);
  const plan = planTable(options.table, partitions, options.size, seed);
  await writeAside(path, async (aside) => {
    await writeFile(aside, '');
    await truncate(aside, plan.size);
    await runProgram(['sfdisk', '--quiet', '--no-reread', '--no-tell-kernel', '--wipe', 'never', aside], {
      input: plan.script,
      signal: options.signal,
    });
    if (options.bootCode) await writeBootCode(aside, options.table);
    for (const [index, { image }] of options.partitions.entries())
      await placeImage(image, aside, plan.partitions[index]!.start, options.signal);
  });
  return plan;
}

/** The first sector up to the disk's id is the code that a BIOS loads. */
const BOOT_CODE_BYTES = 440;

async function writeBootCode(disk: string, table: TableKind): Promise<void> {
  const code = await readFile(await findBootFile(table === 'gpt' ? 'gptmbr.bin' : 'mbr.bin'));
  const handle = await open(disk, 'r+');
  try {
    await handle.write(code, 0, Math.min(code.length, BOOT_CODE_BYTES), 0);
  } finally {
    await handle.close();
  }
}

async function imageSize(image: string): Promise<number> {
  const found = await stat(image).catch((error: Error) => {
    throw new UserError('IMAGE_MISSING', `${image} cannot be read: ${error.message}`, { image }, error);
  });
  return found.size;
}

async function placeImage(image: string, disk: string, start: number, signal?: AbortSignal): Promise<void> {
  const places = [`if=${image}`, `of=${disk}`, 'bs=1M', `seek=${start}`];
  const flags = ['oflag=seek_bytes', 'conv=notrunc,sparse', 'status=none'];
  await runProgram(['dd', ...places, ...flags], { signal });
}
