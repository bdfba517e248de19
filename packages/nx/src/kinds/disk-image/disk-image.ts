import { join } from 'node:path';
import { rename } from 'node:fs/promises';
import {
  convertDisk,
  parseSize,
  writeDisk,
  writeFileSystem,
  type FileSystemKind,
  type PartitionContent,
} from '@bringup/disk';
import { UserError } from '@bringup/process';
import { FileTree, hashTree, treeFromInitramfs } from '@bringup/rootfs';
import type { FullDiskImageOptions } from '../../generated/disk-image-options.js';
import { diskImageName } from '../../workspace/paths.js';
import { initramfsCompression, initramfsImage } from '../../tasks/artifacts.js';
import { bootFiles } from '../../images/boot-files.js';
import { makeImage, type ImagePlan } from '../../images/image.js';
import { diskImageNeeds } from './needs.js';
import { requireBuilt } from '../../tasks/require-built.js';
import { addBusybox, addParts } from '../../trees/tree-parts.js';
import type { Task } from '../../tasks/task.js';

type PartitionOptions = FullDiskImageOptions['partitions'][number];

const DEFAULT_MARGIN = 0.1;

/** A partition with its tree put together. */
interface PlannedPartition {
  options: PartitionOptions;
  tree: FileTree;
  treeHash: string;
}

/** Makes and publishes the disk of a disk-image project. */
export async function makeDiskImage(task: Task, options: FullDiskImageOptions): Promise<void> {
  await makeImage(task, options, diskImageNeeds(options), () => planDiskImage(task, options));
}

/**
 * Puts a disk's trees together.
 *
 * @throws UserError `BOOT_NEEDS_FAT`, `BAD_PARTITION`, those of {@link bootFiles} and {@link addParts}
 */
export async function planDiskImage(task: Task, options: FullDiskImageOptions): Promise<ImagePlan> {
  const partitions: PlannedPartition[] = [];
  for (const [index, partition] of options.partitions.entries())
    partitions.push(await planPartition(task, options, partition, index));
  const { table, format, size } = options;
  if (table === 'none') checkWhole(options);
  return {
    name: diskImageName(format),
    ingredients: [
      'disk-image',
      { table, format, size },
      partitions.map(({ options: own, treeHash }) => [shapeOf(own), treeHash]),
    ],
    write: (path, scratch) => writeImage(task, options, partitions, path, scratch),
  };
}

/** The options of a partition that its tree does not contain. */
function shapeOf({ name, type, fileSystem, label, size, margin, start, bootable, boot }: PartitionOptions) {
  return { name, type, fileSystem, label, size, margin, start, bootable, loaders: boot?.loaders };
}

async function planPartition(
  task: Task,
  { arch }: Pick<FullDiskImageOptions, 'arch'>,
  options: PartitionOptions,
  index: number,
): Promise<PlannedPartition> {
  const tree = new FileTree();
  const { initramfs, boot, fileSystem } = options;
  if (initramfs !== undefined) {
    const file = initramfsImage(task, initramfs, arch);
    await requireBuilt(task, [file]);
    const compression = initramfsCompression(task, initramfs, arch);
    tree.merge(await treeFromInitramfs(file, compression, task.signal));
  }
  await addBusybox(task, tree, arch, options.busybox);
  await addParts(task, tree, {
    overlays: options.overlays ?? [],
    files: options.files ?? [],
    directories: options.directories ?? [],
    devices: options.devices ?? [],
    symlinks: options.symlinks ?? [],
    permissions: options.permissions ?? [],
  });
  if (boot) {
    if (fileSystem !== 'fat') {
      const message = `partitions[${index}]: boot is for a FAT partition, this one is ${fileSystem}. Give it one of its own`;
      throw new UserError('BOOT_NEEDS_FAT', message, { index, fileSystem });
    }
    const { entries } = await bootFiles(task, { arch, ...boot }, boot.loaders);
    for (const entry of entries) tree.add(entry);
  }
  return { options, tree, treeHash: await hashTree(tree) };
}

/** @throws UserError `BAD_PARTITION` for options that a disk without a table has no place for */
function checkWhole({ partitions, size }: FullDiskImageOptions): void {
  const refuse = (why: string) => {
    throw new UserError('BAD_PARTITION', `table none: ${why}. Use "gpt" or "mbr"`, {});
  };
  if (partitions.length !== 1) refuse(`there is one file system, not ${partitions.length} partitions`);
  const [{ name, type, start, bootable, boot } = {} as PartitionOptions] = partitions;
  if (size !== 'auto') refuse('the disk is as large as its file system, whose size can be given');
  if (boot?.loaders.includes('syslinux')) refuse('syslinux is started by the code before a partition table');
  const given = Object.entries({ name, type, start, bootable }).find(([, value]) => value !== undefined);
  if (given) refuse(`there is no partition that could have the option "${given[0]}"`);
}

async function writeImage(
  task: Task,
  { table, format, size }: FullDiskImageOptions,
  planned: readonly PlannedPartition[],
  path: string,
  scratch: string,
): Promise<void> {
  const { signal } = task;
  const partitions: PartitionContent[] = [];
  for (const [index, partition] of planned.entries()) {
    const image = join(scratch, `partition-${index + 1}`);
    await writePartition(task, partition, index, image);
    partitions.push({ ...partitionOf(partition), image });
  }
  const raw = join(scratch, 'raw');
  if (table === 'none') await rename(partitions[0]!.image, raw);
  else {
    const bootCode = planned.some(({ options }) => options.boot?.loaders.includes('syslinux'));
    await writeDisk(raw, {
      table,
      partitions,
      size: size === 'auto' ? size : parseSize(size),
      bootCode,
      signal,
    });
  }
  if (format === 'raw') await rename(raw, path);
  else await convertDisk({ path: raw, format: 'raw' }, { path, format }, signal);
}

async function writePartition(
  task: Task,
  { options, tree }: PlannedPartition,
  index: number,
  image: string,
): Promise<void> {
  const { fileSystem, label, size = 'auto', margin = DEFAULT_MARGIN, boot } = options;
  await writeFileSystem(fileSystem, tree, image, {
    size: size === 'auto' ? size : parseSize(size),
    margin,
    label,
    syslinux: boot?.loaders.includes('syslinux') ?? false,
    signal: task.signal,
  }).catch((error: unknown) => {
    if (error instanceof UserError)
      throw new UserError(error.code, `partitions[${index}]: ${error.message}`, error.fields, error);
    throw error;
  });
}

function partitionOf({ options, treeHash }: PlannedPartition): Omit<PartitionContent, 'image'> {
  const { name, type, fileSystem, label = '', size = 'auto', start, boot } = options;
  return {
    name,
    type: type ?? defaultType(fileSystem, boot),
    start: start === undefined ? undefined : parseSize(start),
    bootable: options.bootable ?? boot !== undefined,
    identity: [fileSystem, label, size, treeHash].join(' '),
  };
}

function defaultType(fileSystem: FileSystemKind, boot: PartitionOptions['boot']): PartitionContent['type'] {
  if (fileSystem !== 'fat') return 'linux';
  return boot?.loaders.some((loader) => loader !== 'syslinux') ? 'esp' : 'data';
}
