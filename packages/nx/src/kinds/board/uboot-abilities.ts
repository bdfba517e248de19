import { readFile } from 'fs-extra';
import { resolvedValues } from '@bringup/kconfig';
import { UserError } from '@bringup/process';
import { ARCH_MACHINES } from '@bringup/qemu';
import type { QemuOptions } from '../../generated/qemu-options.js';
import { volumeLoaders } from '../../lock/tools.js';
import { ubootImage } from '../../tasks/artifacts.js';
import { artifactPath } from '../../tasks/referenced.js';
import { requireBuilt } from '../../tasks/require-built.js';
import type { ProjectContext } from '../../tasks/project-context.js';

/** A symbol of U-Boot's Kconfig, and what it is there for, in words that fit "it cannot …". */
type Ability = readonly [symbol: string, what: string];

/**
 * Makes sure that a board's U-Boot can read its drive and boot the files on it. Otherwise U-Boot would try the network, or
 * stop at its prompt with a message that names no symbol. The `.config` is not a separate input: these symbols decide the
 * content of the binary, which is an input.
 *
 * @throws UserError `UBOOT_LACKS` naming the symbols to switch on
 */
export async function requireAbilities(task: ProjectContext, options: QemuOptions): Promise<void> {
  const { boot } = options;
  if (boot?.via !== 'u-boot') return;
  const config = artifactPath(task, boot.uBoot, '.config');
  await requireBuilt(task, [config]);
  const values = resolvedValues(await readFile(config, 'utf8'));
  const lacking = abilities(task, options).filter(([symbol]) => values.get(symbol) !== 'y');
  if (lacking.length === 0) return;
  const lines = lacking.map(([symbol, what]) => `CONFIG_${symbol}=y (without it, it cannot ${what})`);
  const message = `${boot.uBoot} cannot boot ${task.project}. Add to a fragment of ${boot.uBoot}: ${lines.join(', ')}`;
  throw new UserError('UBOOT_LACKS', message, {
    uBoot: boot.uBoot,
    symbols: lacking.map(([symbol]) => symbol),
  });
}

function abilities(task: ProjectContext, { arch, boot }: QemuOptions): Ability[] {
  if (boot?.via !== 'u-boot') return [];
  const bus = ARCH_MACHINES[arch].virtio === 'pci' ? 'VIRTIO_PCI' : 'VIRTIO_MMIO';
  const drive: Ability[] = [
    ['VIRTIO_BLK', 'see its drive'],
    [bus, 'see its drive'],
    ['FS_FAT', "read the drive's file system"],
  ];
  if (boot.interactive === true) return drive;
  return [...drive, ...loading(boot), ...payload(task, arch, boot.image)];
}

function loading(boot: QemuOptions['boot']): Ability[] {
  if (volumeLoaders(boot).includes('extlinux')) return [['CMD_SYSBOOT', 'read an extlinux.conf']];
  return [
    ['CMD_SOURCE', 'run a boot script'],
    ['LEGACY_IMAGE_FORMAT', 'run a boot script'],
  ];
}

function payload(task: ProjectContext, arch: QemuOptions['arch'], project: string | undefined): Ability[] {
  const image = project === undefined ? undefined : ubootImage(task, project, arch);
  if (image?.type === 'fit') {
    const fit: Ability = ['FIT', 'boot a FIT'];
    return image.signedDtb === undefined ? [fit] : [fit, ['FIT_SIGNATURE', 'verify a signature']];
  }
  const header: Ability[] = image ? [['LEGACY_IMAGE_FORMAT', 'take an uRamdisk']] : [];
  return arch === 'arm64' || arch === 'riscv64' ? [...header, ['CMD_BOOTI', 'boot an Image']] : header;
}
