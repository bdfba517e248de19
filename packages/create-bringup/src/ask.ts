import { AbortedError } from '@bringup/process';
import { ARCHES, BOOT_PATHS, type Arch } from './boards.js';
import { type Arguments } from './options.js';

/** A short description of each boot path, shown beside the choices. */
const MEANINGS: Record<string, string> = {
  kernel: 'QEMU loads kernel and initramfs',
  'u-boot': 'U-Boot loads them from a drive',
  uefi: 'UEFI loads them from a drive',
  disk: 'the root file system is on a disk',
  iso: 'a CD',
  bios: 'a disk with a boot loader',
};

/** Asks on the terminal for missing arguments. @throws AbortedError when the user cancels */
export async function askForMissing(given: Arguments): Promise<Arguments> {
  const prompts = await import('@clack/prompts');
  const answered = <T>(answer: T | symbol): T => {
    if (prompts.isCancel(answer)) throw new AbortedError('nothing was chosen');
    return answer as T;
  };
  const directory =
    given.directory ??
    answered(
      await prompts.text({ message: 'Which directory?', placeholder: 'my-linux', defaultValue: 'my-linux' }),
    );
  const arches = ARCHES.filter((arch) => hasPath(arch, given.boot));
  const arch =
    given.arch ??
    answered(
      await prompts.select<Arch>({
        message: 'Which architecture?',
        options: arches.map((value) => ({ value, label: value })),
      }),
    );
  const boot =
    given.boot ??
    answered(
      await prompts.select<string>({
        message: 'How does it boot?',
        options: BOOT_PATHS[arch].map((value) => ({ value, label: `${value}: ${MEANINGS[value]}` })),
      }),
    );
  return { ...given, directory, arch, boot };
}

function hasPath(arch: Arch, boot: string | undefined): boolean {
  return boot === undefined || (BOOT_PATHS[arch] as readonly string[]).includes(boot);
}
