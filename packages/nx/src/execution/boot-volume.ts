import { join } from 'node:path';
import { remove } from 'fs-extra';
import { writeDisk, writeFileSystem, type BootLoader } from '@bringup/disk';
import { FileTree, hashTree } from '@bringup/rootfs';
import type { FullBootVolumeOptions } from '../generated/boot-volume-options.js';
import { BOOT_VOLUME } from '../project/paths.js';
import { volumeLoaders } from '../project/tools.js';
import { requiredKernel } from './artifacts.js';
import { bootFiles } from './boot-files.js';
import { makeImage } from './image.js';
import { bootVolumeNeeds } from './needs.js';
import type { Task } from './task.js';

const LABEL = 'BOOT';
/** Room beyond the files, as a share of them: nobody writes there. */
const MARGIN = 0.05;

/** Makes and publishes the drive that U-Boot or UEFI boots from, unless the one that is there has the same recipe. */
export async function makeBootVolume(task: Task, options: FullBootVolumeOptions): Promise<void> {
  const loaders = volumeLoaders(options.boot);
  if (loaders.length === 0) {
    task.note('nothing boots from a volume of the board: there is none to make');
    return;
  }
  await makeImage(task, options, bootVolumeNeeds(options), async () => {
    const tree = await volumeTree(task, options, loaders);
    return {
      name: BOOT_VOLUME,
      ingredients: ['boot-volume', await hashTree(tree)],
      write: async (path, scratch) => {
        const partition = join(scratch, 'boot.fat');
        const { signal } = task;
        await writeFileSystem('fat', tree, partition, { size: 'auto', margin: MARGIN, label: LABEL, signal });
        await writeDisk(path, {
          table: 'gpt',
          size: 'auto',
          partitions: [{ image: partition, type: 'esp', name: 'boot', bootable: true }],
          signal,
        });
        await remove(partition);
      },
    };
  });
}

/** Kernel and initramfs under names that one types, and what boots them unless the user wants to. */
async function volumeTree(
  task: Task,
  options: FullBootVolumeOptions,
  loaders: readonly BootLoader[],
): Promise<FileTree> {
  const { arch, boot, initramfs, append } = options;
  const interactive = boot?.via === 'u-boot' && boot.interactive === true;
  const kernel = requiredKernel(task, options.kernel);
  const { entries } = await bootFiles(task, { arch, kernel, initramfs, append }, interactive ? [] : loaders);
  return entries.reduce((tree, entry) => tree.add(entry), new FileTree());
}
