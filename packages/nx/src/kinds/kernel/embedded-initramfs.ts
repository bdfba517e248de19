import { checkDecompressor } from '@bringup/kbuild';
import { UserError } from '@bringup/process';
import { chainOfParts } from '../../graph/references.js';
import { initramfsCompression, initramfsImage } from '../../tasks/artifacts.js';
import type { KconfigOptions } from '../kconfig/kconfig-project.js';
import { requireBuilt } from '../../tasks/require-built.js';
import type { Task } from '../../tasks/task.js';

/** The initramfs that goes into a kernel. */
export interface EmbeddedInitramfs {
  /** As its project published it. */
  readonly file: string;
  /** @throws UserError `INITRAMFS_COMPRESSION` when a kernel with this `.config` could not unpack it */
  checkKernel(config: string): void;
}

/**
 * The initramfs that the options of a kernel name, if any.
 *
 * @throws UserError `INITRAMFS_CYCLE`, `NOT_AN_INITRAMFS_PROJECT`, `ARCH_MISMATCH`, `NOT_BUILT`
 */
export async function embeddedInitramfs(
  task: Task,
  { embeddedInitramfs: project, arch }: KconfigOptions,
): Promise<EmbeddedInitramfs | undefined> {
  if (project === undefined) return undefined;
  refuseCircle(task, project);
  const file = initramfsImage(task, project, arch, 'embeddedInitramfs');
  const compression = initramfsCompression(task, project, arch, 'embeddedInitramfs');
  await requireBuilt(task, [file]);
  return { file, checkKernel: (config) => checkDecompressor(config, compression, project) };
}

function refuseCircle(task: Task, initramfs: string): void {
  const chain = chainOfParts(initramfs, task.project, (name) => task.declarationOf(name));
  if (!chain) return;
  throw new UserError(
    'INITRAMFS_CYCLE',
    `embeddedInitramfs: ${initramfs} is itself made from ${task.project} (${[task.project, ...chain].join(' → ')}), ` +
      `so neither can be built first. Build the drivers in (=y) instead of taking modules of this kernel into ` +
      `${initramfs}, or embed another initramfs and give the board this one with its option "initramfs"`,
    { initramfs, chain },
  );
}
