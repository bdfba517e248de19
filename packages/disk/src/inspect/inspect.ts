import { symlink } from 'fs-extra';
import { join, resolve } from 'node:path';
import { runProgram, ToolError, UserError, withTemporaryDirectory } from '@bringup/process';
import { extractTable } from '../formats/extract.js';
import { inspectDisk, type DiskFormat, type DiskInfo } from '../formats/formats.js';

/** A partition as its table has it. */
export interface FoundPartition {
  /** As the kernel numbers it. */
  number: number;
  /** Bytes from the start of the disk. */
  start: number;
  /** Bytes. */
  size: number;
  /** GPT's GUID or MBR's hexadecimal byte. */
  type: string;
  /** Of GPT. */
  name?: string;
}

interface SfdiskPartition {
  /** `/path/to/disk14` is partition 14: numbers may have gaps. */
  node: string;
  start: number;
  size: number;
  type: string;
  name?: string;
}

/**
 * Lists the partitions of a disk of any format, without mounting it.
 *
 * @throws UserError `NO_PARTITION_TABLE`, and what `inspectDisk` throws
 */
export async function listPartitions(
  path: string,
  format?: DiskFormat,
  signal?: AbortSignal,
): Promise<FoundPartition[]> {
  const info = await inspectDisk(path, format, signal);
  return await withTemporaryDirectory('inspect', async (scratch) => {
    const view = await viewTable(path, info, scratch, signal);
    return await readTable(path, view, signal);
  });
}

/** A raw file in `scratch` that has the partition table of a disk of any format. */
export async function viewTable(
  path: string,
  info: DiskInfo,
  scratch: string,
  signal?: AbortSignal,
): Promise<string> {
  const view = join(scratch, 'disk');
  if (info.format === 'raw') await symlink(resolve(path), view);
  else await extractTable(path, info, view, signal);
  return view;
}

/**
 * The partitions in a table.
 *
 * @param path what messages call the image
 * @param view a raw file with its table
 * @throws UserError `NO_PARTITION_TABLE`
 */
export async function readTable(path: string, view: string, signal?: AbortSignal): Promise<FoundPartition[]> {
  const { stdout } = await runProgram(['sfdisk', '--json', view], { signal }).catch((error: unknown) => {
    if (!(error instanceof ToolError) || error.code !== 'TOOL_FAILED') throw error;
    const message = `${path}: no partition table was found in it`;
    throw new UserError('NO_PARTITION_TABLE', message, { path }, error);
  });
  const table = (
    JSON.parse(stdout) as { partitiontable: { sectorsize?: number; partitions?: SfdiskPartition[] } }
  ).partitiontable;
  const sector = table.sectorsize ?? 512;
  return (table.partitions ?? []).map((partition) => ({
    number: Number(/\d+$/.exec(partition.node)![0]),
    start: partition.start * sector,
    size: partition.size * sector,
    type: partition.type,
    ...(partition.name === undefined ? {} : { name: partition.name }),
  }));
}
