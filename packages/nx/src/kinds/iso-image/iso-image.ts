import { join } from 'node:path';
import { bootLoaderFiles, formatExtlinux, writeFileSystem, writeIso } from '@bringup/disk';
import { UserError } from '@bringup/process';
import { FileTree, hashTree, type TreeEntry } from '@bringup/rootfs';
import type { FullIsoImageOptions } from '../../generated/iso-image-options.js';
import { ISO_IMAGE } from '../../workspace/paths.js';
import { defaultFirmware } from '../../lock/tools.js';
import { bootFiles, type BootFiles } from '../../images/boot-files.js';
import { makeImage } from '../../images/image.js';
import { isoImageNeeds } from './needs.js';
import { addParts } from '../../trees/tree-parts.js';
import type { Task } from '../../tasks/task.js';

/** Where kernel and initramfs lie on the CD. */
const DIRECTORY = 'boot/';
const ISOLINUX_CONFIG = 'isolinux/isolinux.cfg';

/** Makes and publishes the CD of an iso-image project. */
export async function makeIsoImage(task: Task, options: FullIsoImageOptions): Promise<void> {
  await makeImage(task, options, isoImageNeeds(options), async () => {
    const { arch, label } = options;
    const firmware = options.firmware ?? defaultFirmware(arch);
    const [bios, uefi] = [firmware.includes('bios'), firmware.includes('uefi')];
    if (bios && arch !== 'x86_64')
      throw new UserError(
        'NO_BIOS',
        `firmware: CDs for a BIOS are made for x86_64 alone, not for ${arch}. Leave out "bios"`,
        { arch },
      );
    const tree = new FileTree();
    const none = { directories: [], devices: [], symlinks: [], permissions: [] };
    await addParts(task, tree, { ...none, files: options.files, overlays: options.overlays });
    const booted = await bootFiles(task, options, [], DIRECTORY);
    for (const entry of booted.entries) tree.add(entry);
    if (bios) tree.add(textFile(ISOLINUX_CONFIG, formatExtlinux(booted.entry)));
    const volume = uefi ? await uefiVolume(task, options, booted, tree) : undefined;
    return {
      name: ISO_IMAGE,
      ingredients: ['iso-image', label, bios, await hashTree(tree), volume ? await hashTree(volume) : null],
      write: async (path, scratch) => {
        const { signal } = task;
        const esp = volume && join(scratch, 'efi.img');
        if (volume && esp) await writeFileSystem('fat', volume, esp, { size: 'auto', margin: 0.05, signal });
        await writeIso(tree, path, { label, bios, esp, signal });
      },
    };
  });
}

/**
 * The volume that UEFI boots. On a PC it has GRUB, which reads the CD itself. Elsewhere the firmware's shell boots, which reads
 * only FAT, so the volume has the kernel and the initramfs as well.
 */
async function uefiVolume(
  task: Task,
  options: FullIsoImageOptions,
  booted: BootFiles,
  cd: FileTree,
): Promise<FileTree> {
  const volume = new FileTree();
  if (options.arch !== 'x86_64') {
    const { entries } = await bootFiles(task, options, ['uefi']);
    return entries.reduce((tree, entry) => tree.add(entry), volume);
  }
  await bootFiles(task, options, ['uefi']); // Refuses a kernel that UEFI cannot start.
  for (const entry of await bootLoaderFiles('uefi', options.arch, booted.entry, task.signal))
    (entry.path.startsWith('EFI/') ? volume : cd).add(entry);
  return volume;
}

function textFile(path: string, text: string): TreeEntry {
  return { type: 'file', path, mode: 0o644, uid: 0, gid: 0, content: { data: Buffer.from(text) } };
}
