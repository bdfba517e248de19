import { UserError } from '@bringup/process';
import type { FullInitramfsOptions } from '../generated/initramfs-options.js';
import { variantOptions } from '../workspace/variants.js';
import { ownVariant } from '../tasks/artifacts.js';
import { declarationFor } from '../tasks/referenced.js';
import type { ProjectContext } from '../tasks/project-context.js';

/** An entry of an initramfs that takes modules of a project or of a kernel. */
export type TakenModules = Exclude<FullInitramfsOptions['modules'][number], string>;

/** The kernel whose modules an entry names. @throws UserError `NOT_A_MODULE_PROJECT` */
export function moduleKernel(task: ProjectContext, entry: TakenModules): string {
  if ('kernel' in entry) return entry.kernel;
  const { project } = entry;
  const declaration = declarationFor(task, { option: 'modules', kind: 'kernel-module', project });
  return String(variantOptions(declaration, ownVariant(declaration.configurations, task)).kernel);
}

/**
 * Refuses an initramfs whose modules are all for other kernels than the one that boots it: that kernel would load none.
 * One for several kernels has modules for each.
 *
 * @throws UserError `MODULE_OTHER_KERNEL`
 */
export function checkModuleKernels(
  task: ProjectContext,
  kernel: string,
  initramfs: string | undefined,
): void {
  const declaration = initramfs === undefined ? undefined : task.declarationOf(initramfs);
  if (declaration?.kind !== 'initramfs') return;
  const options = variantOptions(declaration, ownVariant(declaration.configurations, task));
  const entries = ((options.modules ?? []) as FullInitramfsOptions['modules']).filter(
    (entry) => typeof entry !== 'string',
  );
  const kernels = [...new Set(entries.map((entry) => moduleKernel(task, entry)))];
  if (kernels.length === 0 || kernels.includes(kernel)) return;
  const named = entries.map((entry) => ('kernel' in entry ? entry.names.join(', ') : entry.project));
  const message =
    `${task.project} boots the kernel ${kernel}, but the modules in ${initramfs} (${named.join(', ')}) are built for ` +
    `${kernels.join(', ')}, and a kernel refuses modules of another. Name that kernel here, or give the modules' ` +
    `project "kernel": ${JSON.stringify(kernel)}`;
  throw new UserError('MODULE_OTHER_KERNEL', message, { kernel, kernels, initramfs });
}
