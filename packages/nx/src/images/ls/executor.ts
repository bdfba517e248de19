import {
  formatEntries,
  formatSize,
  listFiles,
  listPartitions,
  openPartition,
  type DiskPlace,
  type FoundPartition,
  type OpenPartition,
} from '@bringup/disk';
import { UserError } from '@bringup/process';
import { inspectedImage } from '../inspected.js';
import { lsDefaults, type LsOptions } from '../../generated/ls-options.js';
import type { Task } from '../../tasks/task.js';

/** `@bringup/nx:ls`: see schema.json. */
export default async function lsExecutor(task: Task, given: LsOptions): Promise<void> {
  const { path, recursive, json, ...where } = { ...lsDefaults, ...given };
  const place = await inspectedImage(task, where);
  if (path === undefined && place.partition === undefined) {
    const partitions = await partitionsOf(place, task.signal);
    if (partitions.length > 1) {
      console.log(json ? JSON.stringify(partitions, null, 2) : formatPartitions(partitions));
      return;
    }
  }
  const list = (partition: OpenPartition) => listFiles(partition, path ?? '/', { recursive });
  const entries = await openPartition(place, list, task.signal);
  console.log(json ? JSON.stringify(entries, null, 2) : formatEntries(entries).join('\n'));
}

/** The partitions of a disk; none where the whole disk is one file system. */
async function partitionsOf({ path, format }: DiskPlace, signal: AbortSignal): Promise<FoundPartition[]> {
  return listPartitions(path, format, signal).catch((error: unknown) => {
    if (error instanceof UserError && error.code === 'NO_PARTITION_TABLE') return [];
    throw error;
  });
}

function formatPartitions(partitions: readonly FoundPartition[]): string {
  return partitions
    .map(({ number, name = '', size, type }) =>
      `${number}  ${formatSize(size).padStart(9)}  ${type}  ${name}`.trimEnd(),
    )
    .join('\n');
}
