import { basename } from 'node:path';
import { open } from 'node:fs/promises';
import type { Arch } from '@bringup/kbuild';
import { bootLoaderFiles, type BootEntry, type BootLoader } from '@bringup/disk';
import { UserError } from '@bringup/process';
import { planCommandLine } from '@bringup/qemu';
import type { TreeEntry } from '@bringup/rootfs';
import { initramfsImage, kernelImage, type UbootImage } from '../tasks/artifacts.js';
import { checkModuleKernels } from '../trees/module-kernels.js';
import { requireBuilt } from '../tasks/require-built.js';
import type { Task } from '../tasks/task.js';

/** A kernel to be booted from a volume, by the options that say so. */
export interface BootedKernel {
  arch: Arch;
  kernel: string;
  /** Name of a project. */
  initramfs?: string;
  /** A file in the place of that project's. */
  initrd?: string;
  append?: string;
}

/** Files of a volume, and where what boots them finds kernel and initrd. */
export interface BootFiles {
  entries: TreeEntry[];
  entry: BootEntry;
}

const published = (file: string, place: string): TreeEntry => ({
  ...{ type: 'file', path: place, mode: 0o644, uid: 0, gid: 0 },
  content: { hostFile: file },
});

/**
 * The files that a volume needs to be booted: kernel and initramfs under their names, and what each loader reads.
 *
 * @param directory where kernel and initramfs lie on the volume: nothing, or a path that ends with a slash
 * @throws UserError `NOT_BUILT`, `NO_EFI_STUB`, those of `bootLoaderFiles`
 */
export async function bootFiles(
  task: Task,
  { arch, kernel, initramfs, initrd: given, append = '' }: BootedKernel,
  loaders: readonly BootLoader[],
  directory = '',
): Promise<BootFiles> {
  checkModuleKernels(task, kernel, initramfs);
  const image = kernelImage(task, kernel, arch);
  const initrd = given ?? (initramfs === undefined ? undefined : initramfsImage(task, initramfs, arch));
  await requireBuilt(task, initrd === undefined ? [image] : [image, initrd]);
  if (loaders.includes('uefi')) await requireEfiStub(image, kernel);
  const place = (file: string) => `${directory}${basename(file)}`;
  const entry: BootEntry = {
    kernel: `/${place(image)}`,
    initrd: initrd && `/${place(initrd)}`,
    append: commandLine(append, arch),
  };
  const entries = [image, ...(initrd === undefined ? [] : [initrd])].map((file) =>
    published(file, place(file)),
  );
  for (const loader of loaders) entries.push(...(await bootLoaderFiles(loader, arch, entry, task.signal)));
  return { entries, entry };
}

/**
 * The files of a volume from which U-Boot boots a FIT.
 *
 * @throws UserError `NOT_BUILT`, those of `bootLoaderFiles`
 */
export async function fitBootFiles(
  task: Task,
  fit: { arch: Arch; append?: string; image: Extract<UbootImage, { type: 'fit' }> },
  loaders: readonly BootLoader[],
): Promise<TreeEntry[]> {
  const { arch, append = '', image } = fit;
  await requireBuilt(task, [image.file]);
  const name = basename(image.file);
  const entry = { ...image, fit: `/${name}`, append: commandLine(append, arch) };
  const entries = [published(image.file, name)];
  for (const loader of loaders) entries.push(...(await bootLoaderFiles(loader, arch, entry, task.signal)));
  return entries;
}

const commandLine = (append: string, arch: Arch) => planCommandLine(append === '' ? [] : [append], arch);

/** PE format, "MS-DOS Stub": where the offset of the signature stands. */
const PE_OFFSET = 0x3c;

/** @throws UserError `NO_EFI_STUB` for a kernel that UEFI cannot start */
async function requireEfiStub(image: string, project: string): Promise<void> {
  const handle = await open(image, 'r');
  try {
    const head = Buffer.alloc(64);
    await handle.read(head, 0, head.length, 0);
    const signature = Buffer.alloc(4);
    await handle.read(signature, 0, 4, head.readUInt32LE(PE_OFFSET));
    if (head.toString('latin1', 0, 2) === 'MZ' && signature.toString('latin1') === 'PE\0\0') return;
  } finally {
    await handle.close();
  }
  const message =
    `${image} has no EFI stub, so UEFI cannot start it. ` +
    `Add CONFIG_EFI=y and CONFIG_EFI_STUB=y to a fragment of ${project}`;
  throw new UserError('NO_EFI_STUB', message, { image, project });
}
