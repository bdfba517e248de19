import { basename, join } from 'node:path';
import { ensureDir, remove } from 'fs-extra';
import { isPublished, publish, recipeOf, ARCHES } from '@bringup/kbuild';
import { formatExtlinux, writeDisk, writeFileSystem } from '@bringup/disk';
import { planCommandLine } from '@bringup/qemu';
import { FileTree, hashTree } from '@bringup/rootfs';
import type { FullBootVolumeOptions } from '../generated/boot-volume-options.js';
import { engineIdentity } from '../project/engine.js';
import { BOOT_VOLUME, outputPath, workDirectory } from '../project/paths.js';
import { initramfsImage, kernelImage, requireBuilt } from './board.js';
import { whileOwning } from './kconfig-project.js';
import { checkTools, ensureLocked } from './locked.js';
import { bootVolumeNeeds } from './needs.js';
import type { Task } from './task.js';

const LABEL = 'BOOT';
/** Room beyond the files, as a share of them: nobody writes there. */
const MARGIN = 0.05;

/** Makes and publishes the drive that U-Boot boots from, unless the one that is there has the same recipe. */
export async function makeBootVolume(task: Task, options: FullBootVolumeOptions): Promise<void> {
  if (options.boot?.via !== 'u-boot') {
    task.note('QEMU loads the kernel itself: there is no drive to make');
    return;
  }
  const needs = bootVolumeNeeds();
  const locked = await ensureLocked(task, needs);
  const tree = await volumeTree(task, options);
  const output = join(task.workspaceRoot, outputPath(task.project, options.outputPath, task.configuration));
  const recipe = recipeOf(['boot-volume', await hashTree(tree), locked.tools, engineIdentity()]);
  const work = workDirectory(task.workspaceRoot, task.project, task.configuration);
  await whileOwning(task, work, async () => {
    if (await isPublished(output, 'build', recipe)) {
      task.note('up to date, nothing to pack');
      return;
    }
    await checkTools(task, locked, needs.probe);
    await ensureDir(work);
    const partition = join(work, 'boot.fat');
    const disk = join(work, BOOT_VOLUME);
    try {
      const { signal } = task;
      await writeFileSystem('fat', tree, partition, { size: 'auto', margin: MARGIN, label: LABEL, signal });
      await writeDisk(disk, {
        table: 'gpt',
        size: 'auto',
        partitions: [{ image: partition, type: 'esp', name: 'boot', bootable: true }],
        signal,
      });
      await publish(output, 'build', recipe, { [BOOT_VOLUME]: disk });
      task.note(`packed ${tree.entries().length} entries into ${BOOT_VOLUME}`);
    } finally {
      await remove(partition);
      await remove(disk);
    }
  });
}

/** Kernel and initramfs under names that one types, and what boots them unless the user wants to. */
async function volumeTree(task: Task, options: FullBootVolumeOptions): Promise<FileTree> {
  const { arch, boot, kernel, initramfs, append } = options;
  const files = [kernelImage(task, kernel, arch)];
  if (initramfs !== undefined) files.push(initramfsImage(task, initramfs, arch));
  await requireBuilt(task, files);
  const tree = new FileTree();
  const add = (path: string, content: { hostFile: string } | { data: Buffer }) =>
    tree.add({ type: 'file', path, mode: 0o644, uid: 0, gid: 0, content });
  for (const file of files) add(basename(file), { hostFile: file });
  if (boot?.via === 'u-boot' && boot.interactive === true) return tree;
  const text = formatExtlinux({
    kernel: `/${ARCHES[arch].image.goal}`,
    initrd: files[1] && `/${basename(files[1])}`,
    append: planCommandLine(append === '' ? [] : [append], arch),
  });
  add('extlinux/extlinux.conf', { data: Buffer.from(text) });
  return tree;
}
