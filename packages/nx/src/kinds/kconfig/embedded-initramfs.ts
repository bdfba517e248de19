import { checkDecompressor } from '@bringup/kbuild';
import { initramfsCompression, initramfsImage } from '../../tasks/artifacts.js';
import type { KconfigOptions } from './kconfig-project.js';
import { requireBuilt } from '../../tasks/require-built.js';
import type { ProjectContext } from '../../tasks/project-context.js';

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
 * @throws UserError `NOT_AN_INITRAMFS_PROJECT`, `ARCH_MISMATCH`, `NOT_BUILT`
 */
export async function embeddedInitramfs(
  task: ProjectContext,
  { embeddedInitramfs: project, arch }: KconfigOptions,
): Promise<EmbeddedInitramfs | undefined> {
  if (project === undefined) return undefined;
  const file = initramfsImage(task, project, arch, 'embeddedInitramfs');
  const compression = initramfsCompression(task, project, arch, 'embeddedInitramfs');
  await requireBuilt(task, [file]);
  return { file, checkKernel: (config) => checkDecompressor(config, compression, project) };
}
