import { symlink } from 'fs-extra';
import { join, resolve } from 'node:path';
import { runProgram, ToolError, UserError, withTemporaryDirectory } from '@bringup/process';
import { convertDisk, inspectDisk, type DiskFormat } from './formats.js';

/** A partition as its table has it. */
export interface FoundPartition {
  /** 1 for the first. */
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
    const raw = join(scratch, 'disk');
    if (info.format === 'raw') await symlink(resolve(path), raw);
    else await convertDisk({ path, format }, { path: raw, format: 'raw' }, signal);
    const { stdout } = await runProgram(['sfdisk', '--json', raw], { signal }).catch((error: unknown) => {
      if (!(error instanceof ToolError) || error.code !== 'TOOL_FAILED') throw error;
      throw new UserError(
        'NO_PARTITION_TABLE',
        `${path}: no partition table was found in it`,
        { path },
        error,
      );
    });
    const table = (
      JSON.parse(stdout) as { partitiontable: { sectorsize?: number; partitions?: SfdiskPartition[] } }
    ).partitiontable;
    const sector = table.sectorsize ?? 512;
    return (table.partitions ?? []).map((partition, index) => ({
      number: index + 1,
      start: partition.start * sector,
      size: partition.size * sector,
      type: partition.type,
      ...(partition.name === undefined ? {} : { name: partition.name }),
    }));
  });
}
