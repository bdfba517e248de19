import { basename, join } from 'node:path';
import { remove } from 'fs-extra';
import { writeDisk, writeFileSystem, type BootLoader } from '@bringup/disk';
import { UserError } from '@bringup/process';
import { FileTree, hashTree, type TreeEntry } from '@bringup/rootfs';
import type { FullBootVolumeOptions } from '../../../generated/boot-volume-options.js';
import { BOOT_VOLUME } from '../../../workspace/paths.js';
import { volumeLoaders } from '../../../lock/tools.js';
import { requiredKernel, ubootImage, type UbootImage } from '../../../tasks/artifacts.js';
import { bootFiles, fitBootFiles } from '../../../images/boot-files.js';
import { makeImage } from '../../../images/image.js';
import { bootVolumeNeeds } from '../needs.js';
import type { ProjectContext } from '../../../tasks/project-context.js';
import type { Task } from '../../../tasks/task.js';

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

/** Kernel and initramfs under names that are easy to type, and the loader's files unless the user boots by hand. */
async function volumeTree(
  task: Task,
  options: FullBootVolumeOptions,
  loaders: readonly BootLoader[],
): Promise<FileTree> {
  const { arch, initramfs, append } = options;
  const { image, interactive = false } = uBootOf(options);
  const scripts = interactive ? [] : loaders;
  const packed = image === undefined ? undefined : ubootImage(task, image, arch);
  refusePacked(task, options, packed);
  let entries: readonly TreeEntry[];
  if (packed?.type === 'fit') {
    entries = await fitBootFiles(task, { arch, append, image: packed }, scripts);
  } else {
    const kernel = requiredKernel(task, options.kernel);
    ({ entries } = await bootFiles(task, { arch, kernel, initramfs, initrd: packed?.file, append }, scripts));
  }
  return entries.reduce((tree, entry) => tree.add(entry), new FileTree());
}

function uBootOf({ boot }: FullBootVolumeOptions): { image?: string; interactive?: boolean } {
  return boot?.via === 'u-boot' ? boot : {};
}

/** @throws UserError `OPTION_UNUSED` for what the image has in it already */
function refusePacked(
  task: ProjectContext,
  options: FullBootVolumeOptions,
  packed: UbootImage | undefined,
): void {
  if (packed === undefined) return;
  const held = packed.type === 'fit' ? (['kernel', 'initramfs'] as const) : (['initramfs'] as const);
  const unused = held.find((name) => options[name] !== undefined);
  if (unused === undefined) return;
  const message =
    `${task.project}: U-Boot boots ${basename(packed.file)} of boot.image, so the option "${unused}" would do nothing. ` +
    'Give it to the project that makes the image';
  throw new UserError('OPTION_UNUSED', message, { option: unused });
}
