import { UserError } from '@bringup/process';
import { contentSeed, seededSerial, seededUuid } from '../common/identity.js';
import { formatSize, MIB, roundUp } from '../common/size.js';

const SECTOR = 512;
/** The alignment of every partitioning tool. GPT's backup table takes 33 sectors of the last MiB. */
const ALIGNMENT = MIB;
/** UEFI specification, table 5-6: 36 UTF-16 code units. */
const NAME_MAX = 36;
const MBR_PARTITIONS = 4;
/** A block address of MBR has 32 bits. */
const MBR_SECTORS = 2 ** 32;

/** Partition types by the names of the field: GPT's GUID, MBR's byte. */
export const PARTITION_TYPES = {
  linux: { gpt: '0FC63DAF-8483-4772-8E79-3D69D8477DE4', mbr: '83' },
  esp: { gpt: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B', mbr: 'ef' },
  data: { gpt: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7', mbr: 'c' },
  swap: { gpt: '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F', mbr: '82' },
} as const;

export type TableKind = 'gpt' | 'mbr';

export interface PartitionPlan {
  /** Of GPT, 36 characters at most; MBR has none. */
  name?: string;
  type: keyof typeof PARTITION_TYPES;
  /** Bytes. */
  size: number;
  /** Bytes from the start of the disk, a multiple of 1 MiB. Default: behind the partition before. */
  start?: number;
  /** The active flag of MBR; of GPT the "legacy BIOS bootable" attribute, which U-Boot and syslinux look for. */
  bootable?: boolean;
}

export interface PlacedPartition extends PartitionPlan {
  start: number;
}

export interface TablePlan {
  /** Bytes of the whole disk. */
  size: number;
  partitions: PlacedPartition[];
  /** The input of sfdisk. */
  script: string;
}

/**
 * Where each partition lies, and the sfdisk script that makes them.
 *
 * @param size bytes of the disk, or as large as the partitions need
 * @throws UserError `BAD_PARTITION` (name, type, alignment, count), `PARTITIONS_OVERLAP`, `IMAGE_TOO_SMALL`
 */
export function planTable(
  table: TableKind,
  partitions: readonly PartitionPlan[],
  size: number | 'auto',
  seed: string,
): TablePlan {
  if (table !== 'gpt' && table !== 'mbr')
    throw new UserError('BAD_TABLE', `unknown partition table ${JSON.stringify(table)}: one of gpt, mbr`, {
      table,
    });
  if (table === 'mbr' && partitions.length > MBR_PARTITIONS) {
    const message = `${partitions.length} partitions, but an MBR holds ${MBR_PARTITIONS}. Use "gpt"`;
    throw new UserError('BAD_PARTITION', message, { count: partitions.length });
  }
  partitions.forEach((partition, index) => checkPartition(table, partition, index));
  const placed = place(partitions);
  const end = Math.max(ALIGNMENT, ...placed.map((partition) => partition.start + partition.size));
  const needed = roundUp(end, ALIGNMENT) + (table === 'gpt' ? ALIGNMENT : 0);
  const total = size === 'auto' ? needed : size;
  if (total < needed) {
    const message =
      `a disk of ${formatSize(total)} is too small: its partitions need ${formatSize(needed)}, ` +
      `${formatSize(needed - total)} (${needed - total} bytes) more. Give it a larger size, or "auto"`;
    throw new UserError('IMAGE_TOO_SMALL', message, { size: total, needed, missing: needed - total });
  }
  if (table === 'mbr' && total / SECTOR > MBR_SECTORS)
    throw new UserError('BAD_PARTITION', `an MBR reaches 2 TiB, not ${formatSize(total)}. Use "gpt"`, {
      size: total,
    });
  return { size: total, partitions: placed, script: formatScript(table, placed, seed) };
}

function checkPartition(table: TableKind, partition: PartitionPlan, index: number): void {
  const refuse = (why: string) =>
    new UserError('BAD_PARTITION', `${describe(partition, index)}: ${why}`, { index, name: partition.name });
  if (!Object.hasOwn(PARTITION_TYPES, partition.type)) {
    const known = Object.keys(PARTITION_TYPES).join(', ');
    throw refuse(`unknown type ${JSON.stringify(partition.type)}: one of ${known}`);
  }
  if (!Number.isSafeInteger(partition.size) || partition.size <= 0)
    throw refuse(`a size of ${partition.size} bytes`);
  if (partition.start !== undefined && (partition.start < ALIGNMENT || partition.start % ALIGNMENT !== 0))
    throw refuse(
      `starts at ${partition.start}, but a start is a multiple of ${ALIGNMENT} (1 MiB), 1 MiB at least`,
    );
  if (partition.name === undefined) return;
  if (table === 'mbr') throw refuse('partitions of an MBR have no names. Leave it out, or use "gpt"');
  // sfdisk's scripts have no way to write a quote within quotes.
  if (!/^[\x20-\x7e]+$/.test(partition.name) || /["\\]/.test(partition.name))
    throw refuse('a name has printable ASCII characters, neither " nor \\');
  if (partition.name.length > NAME_MAX)
    throw refuse(`a name of ${partition.name.length} characters; GPT has room for ${NAME_MAX}`);
}

function describe(partition: PartitionPlan, index: number): string {
  return `partition ${index + 1}${partition.name === undefined ? '' : ` ${JSON.stringify(partition.name)}`}`;
}

function place(partitions: readonly PartitionPlan[]): PlacedPartition[] {
  let next = ALIGNMENT;
  const placed = partitions.map((partition) => {
    const start = partition.start ?? next;
    const size = roundUp(partition.size, SECTOR);
    next = roundUp(start + size, ALIGNMENT);
    return { ...partition, start, size };
  });
  const sorted = placed.map((partition, index) => ({ partition, index }));
  sorted.sort((a, b) => a.partition.start - b.partition.start);
  for (const [position, { partition, index }] of sorted.entries()) {
    const before = sorted[position - 1];
    const overlap = before ? before.partition.start + before.partition.size - partition.start : 0;
    if (!before || overlap <= 0) continue;
    const message =
      `${describe(before.partition, before.index)} ends ${formatSize(overlap)} behind the start of ` +
      `${describe(partition, index)} (${partition.start}). Move one, or leave out "start"`;
    throw new UserError('PARTITIONS_OVERLAP', message, { overlap });
  }
  return placed;
}

function formatScript(table: TableKind, partitions: readonly PlacedPartition[], seed: string): string {
  const id = table === 'gpt' ? seededUuid(seed, 'disk') : `0x${seededSerial(seed, 'disk')}`;
  const header = [`label: ${table === 'gpt' ? 'gpt' : 'dos'}`, `label-id: ${id}`, 'unit: sectors'];
  const lines = partitions.map((partition, index) => {
    const fields = [
      `start=${partition.start / SECTOR}`,
      `size=${partition.size / SECTOR}`,
      `type=${PARTITION_TYPES[partition.type][table]}`,
    ];
    if (table === 'gpt') fields.push(`uuid=${seededUuid(seed, contentSeed('partition', String(index)))}`);
    if (partition.name !== undefined) fields.push(`name="${partition.name}"`);
    if (partition.bootable) fields.push(table === 'gpt' ? 'attrs="LegacyBIOSBootable"' : 'bootable');
    return fields.join(', ');
  });
  return `${[...header, '', ...lines].join('\n')}\n`;
}
