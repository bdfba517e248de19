import { basename } from 'node:path';
import { stat } from 'node:fs/promises';
import type { Arch } from '@bringup/kbuild';
import { formatSize } from '@bringup/disk';
import { UserError } from '@bringup/process';
import { treeFromInitramfs, type FileTree } from '@bringup/rootfs';
import { variantOptions } from '../workspace/variants.js';
import {
  diskImage,
  initramfsCompression,
  initramfsImage,
  isoImage,
  kernelImage,
} from '../tasks/artifacts.js';
import { requireBuilt } from '../tasks/require-built.js';
import type { ProjectContext } from '../tasks/project-context.js';
import type { Task } from '../tasks/task.js';

/** A file, with what is in it. */
export interface SizedFile {
  name: string;
  /** The project that publishes it; none for a file within another. */
  project?: string;
  bytes: number;
  contains: SizedFile[];
}

/** How many files of an initramfs are listed, the largest first. */
const LARGEST = 10;

/** The options that name the parts of an image, on the image itself or on one of its partitions. */
interface Booted {
  kernel?: string;
  initramfs?: string;
}

/**
 * The sizes of a disk's or CD's image, and of what it was made from.
 *
 * @throws UserError `NOT_AN_IMAGE`, `NOT_BUILT`
 */
export async function imageSizes(task: Task): Promise<SizedFile> {
  const { kind } = task.declaration ?? {};
  if (!task.declaration || (kind !== 'disk-image' && kind !== 'iso-image')) {
    const message = `project ${task.project} makes no image: it has no target with @bringup/nx:disk-image or iso-image`;
    throw new UserError('NOT_AN_IMAGE', message, { project: task.project });
  }
  const options = variantOptions(task.declaration, task.configuration);
  const arch = options.arch as Arch;
  const image =
    kind === 'iso-image' ? isoImage(task, task.project, arch) : diskImage(task, task.project, arch).file;
  const partitions = (options.partitions ?? []) as (Booted & { boot?: Booted })[];
  const parts = kind === 'iso-image' ? [options as Booted] : partitions.flatMap(partsOf);
  const contains: SizedFile[] = [];
  for (const part of parts) contains.push(...(await bootedSizes(task, arch, part)));
  return { ...(await sized(task, image, task.project)), contains };
}

/** A partition's kernel and initramfs, and the initramfs whose tree it has. */
function partsOf({ initramfs, boot }: Booted & { boot?: Booted }): Booted[] {
  return [...(boot ? [boot] : []), ...(initramfs === undefined ? [] : [{ initramfs }])];
}

async function bootedSizes(task: Task, arch: Arch, { kernel, initramfs }: Booted): Promise<SizedFile[]> {
  const found: SizedFile[] = [];
  if (kernel !== undefined) found.push(await sized(task, kernelImage(task, kernel, arch), kernel));
  if (initramfs === undefined) return found;
  const file = initramfsImage(task, initramfs, arch);
  const archive = await sized(task, file, initramfs);
  const tree = await treeFromInitramfs(file, initramfsCompression(task, initramfs, arch), task.signal);
  return [...found, { ...archive, contains: largestFiles(tree) }];
}

async function sized(task: ProjectContext, file: string, project: string): Promise<SizedFile> {
  await requireBuilt(task, [file]);
  return { name: basename(file), project, bytes: (await stat(file)).size, contains: [] };
}

function largestFiles(tree: FileTree): SizedFile[] {
  const files = tree.entries().flatMap((entry) =>
    // Files that were read from an archive are in memory.
    entry.type === 'file' && 'data' in entry.content
      ? [{ name: entry.path, bytes: entry.content.data.length, contains: [] }]
      : [],
  );
  return files.sort((a, b) => b.bytes - a.bytes).slice(0, LARGEST);
}

/** A table: name, size for people, bytes, project; indented by what is in what. */
export function formatSizes(file: SizedFile): string {
  const rows = rowsOf(file, 0);
  const width = (column: 0 | 1 | 2) => Math.max(...rows.map((row) => row[column].length));
  return rows
    .map(([name, size, bytes, project]) =>
      `${name.padEnd(width(0))}  ${size.padStart(width(1))}  ${bytes.padStart(width(2))}  ${project}`.trimEnd(),
    )
    .join('\n');
}

type Row = [name: string, size: string, bytes: string, project: string];

function rowsOf({ name, bytes, project = '', contains }: SizedFile, depth: number): Row[] {
  const own: Row = [`${'  '.repeat(depth)}${name}`, formatSize(bytes), String(bytes), project];
  return [own, ...contains.flatMap((file) => rowsOf(file, depth + 1))];
}
