import { writeFile } from 'fs-extra';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram, scrubbedEnvironment, UserError, withTemporaryDirectory } from '@bringup/process';
import type { TreeEntry } from '@bringup/rootfs';
import { formatBootScript, SCRIPT_ARCHES, type BootEntry, type FitEntry } from './boot-script.js';
import { formatExtlinux } from './extlinux.js';
import { formatGrub, formatStartup } from './uefi-text.js';
import { IMAGE_TIME } from '../common/identity.js';
import { writeBootScript } from './uboot.js';

/**
 * The ways to boot a volume: U-Boot with an extlinux.conf or a boot script, a PC's BIOS with syslinux (isolinux on a CD), UEFI
 * with GRUB (x86_64) or with a script for its own shell (other architectures).
 */
export const BOOT_LOADERS = ['extlinux', 'boot-script', 'syslinux', 'uefi'] as const;
export type BootLoader = (typeof BOOT_LOADERS)[number];

/** The architectures that a loader is for. */
const LOADER_ARCHES = {
  // Not x86_64: the U-Boot of 2023.01 resets in zboot as a 64-bit program, and takes the initrd for 12 bytes as one of 32.
  extlinux: ['arm64', 'arm', 'riscv64'],
  'boot-script': SCRIPT_ARCHES,
  syslinux: ['x86_64'],
  uefi: ['arm64', 'x86_64'],
} as const satisfies Record<BootLoader, readonly string[]>;

/** UEFI specification 2.10, table 3-5: what firmware starts from a medium that it knows nothing about. */
const GRUB_FILE = 'EFI/BOOT/BOOTX64.EFI';
const GRUB_CONFIG = 'boot/grub/grub.cfg';

/** The modules that a boot from FAT or ISO 9660 needs, and not more: each makes the program larger. */
const GRUB_MODULES = [
  ...['part_gpt', 'part_msdos', 'fat', 'iso9660', 'search', 'search_fs_file'],
  ...['normal', 'configfile', 'linux', 'serial', 'terminal', 'echo'],
];

const plain = (path: string, data: Buffer | string): TreeEntry => ({
  ...{ type: 'file', path, mode: 0o644, uid: 0, gid: 0 },
  content: { data: Buffer.from(data as string) },
});

/**
 * The files that a loader reads from the volume, without those that `installSyslinux` adds for syslinux.
 *
 * @param arch the kernel's name of the architecture
 * @throws UserError `BAD_LOADER` for an architecture or a FIT that the loader is not for, `BAD_COMMAND_LINE` for a command
 * line that it cannot pass on unchanged; ToolError of grub-mkimage and mkimage
 */
export async function bootLoaderFiles(
  loader: BootLoader,
  arch: string,
  entry: BootEntry | FitEntry,
  signal?: AbortSignal,
): Promise<TreeEntry[]> {
  const arches: readonly string[] = LOADER_ARCHES[loader];
  if (!arches.includes(arch)) {
    const message = `boot loader ${loader} is not for ${arch}, but for ${arches.join(', ')}. Choose another`;
    throw new UserError('BAD_LOADER', message, { loader, arch });
  }
  if (loader === 'boot-script')
    return [plain('boot.scr', await makeBootScript(arch as ScriptArch, entry, signal))];
  if ('fit' in entry) {
    const message = `${entry.fit} is a FIT, which boot loader ${loader} does not boot. Use a boot script`;
    throw new UserError('BAD_LOADER', message, { loader, fit: entry.fit });
  }
  switch (loader) {
    case 'extlinux':
      return [plain('extlinux/extlinux.conf', formatExtlinux(entry))];
    case 'syslinux':
      return [plain('syslinux.cfg', formatExtlinux(entry))];
    case 'uefi':
      if (arch !== 'x86_64') return [plain('startup.nsh', formatStartup(entry))];
      return [plain(GRUB_FILE, await makeGrub(signal)), plain(GRUB_CONFIG, formatGrub(entry))];
  }
}

type ScriptArch = (typeof SCRIPT_ARCHES)[number];

async function makeBootScript(
  arch: ScriptArch,
  entry: BootEntry | FitEntry,
  signal?: AbortSignal,
): Promise<Buffer> {
  const commands = formatBootScript(arch, entry);
  return await withTemporaryDirectory('boot-script', async (scratch) => {
    const path = join(scratch, 'boot.scr');
    await writeBootScript(commands, path, { arch, signal });
    return await readFile(path);
  });
}

/** GRUB as one UEFI program; it takes its menu from the volume that has one, disk or CD. */
async function makeGrub(signal?: AbortSignal): Promise<Buffer> {
  return await withTemporaryDirectory('grub', async (scratch) => {
    const [early, image] = [join(scratch, 'early.cfg'), join(scratch, 'grub.efi')];
    const lines = [`search --no-floppy --file --set=root /${GRUB_CONFIG}`, 'set prefix=($root)/boot/grub'];
    await writeFile(early, `${lines.join('\n')}\n`);
    const argv = ['grub-mkimage', '-O', 'x86_64-efi', '-o', image, '-c', early, '-p', '/boot/grub'] as const;
    await runProgram([...argv, ...GRUB_MODULES], { signal });
    return await readFile(image);
  });
}

/**
 * Makes a FAT file system bootable by a PC's BIOS, in place. The program works on the file: no root, no loop device.
 *
 * @throws ToolError `TOOL_MISSING`, `TOOL_FAILED`
 */
export async function installSyslinux(image: string, signal?: AbortSignal): Promise<void> {
  const env = scrubbedEnvironment({ SOURCE_DATE_EPOCH: String(IMAGE_TIME), MTOOLS_SKIP_CHECK: '1' });
  await runProgram(['syslinux', '--install', image], { env, signal });
}
