import { join } from 'node:path';
import type { Arch } from '@bringup/kbuild';
import { UserError } from '@bringup/process';
import type { Declaration } from '../workspace/declaration.js';
import { outputPath } from '../workspace/paths.js';
import type { ProjectContext } from './project-context.js';

/** An option that names a project, and what it says. */
interface Reference {
  readonly option: string;
  readonly project: string;
  /** The arch of whoever refers to it. */
  readonly arch: Arch;
}

/** Where another project publishes an artifact: of the variant that was asked for, where it has that one. */
export function artifactPath(task: ProjectContext, project: string, artifact: string): string {
  const { options = {}, configurations = {} } = task.declarationOf(project) ?? {};
  const { configuration } = task;
  const variant =
    configuration !== undefined && Object.hasOwn(configurations, configuration) ? configuration : undefined;
  const given = { ...options, ...(variant === undefined ? {} : configurations[variant]) }.outputPath;
  return join(task.workspaceRoot, outputPath(project, given, variant), artifact);
}

const WRONG_KIND = {
  kernel: 'NOT_A_KERNEL_PROJECT',
  'kernel-module': 'NOT_A_MODULE_PROJECT',
  initramfs: 'NOT_AN_INITRAMFS_PROJECT',
  'u-boot': 'NOT_A_UBOOT_PROJECT',
  'uboot-image': 'NOT_A_UBOOT_IMAGE_PROJECT',
  'disk-image': 'NOT_A_DISK_PROJECT',
  'iso-image': 'NOT_AN_ISO_PROJECT',
} as const;

/**
 * The declaration of the project that an option names.
 *
 * @throws UserError `NOT_A_KERNEL_PROJECT`, `NOT_A_MODULE_PROJECT`, `NOT_AN_INITRAMFS_PROJECT`, `NOT_A_UBOOT_PROJECT`,
 * `NOT_A_UBOOT_IMAGE_PROJECT`, `NOT_A_DISK_PROJECT`, `NOT_AN_ISO_PROJECT`, `ARCH_MISMATCH`
 */
export function declarationFor(
  task: Pick<ProjectContext, 'project' | 'declarationOf'>,
  { kind, ...reference }: Omit<Reference, 'arch'> & { kind: keyof typeof WRONG_KIND; arch?: Arch },
): Declaration {
  const { option, project, arch } = reference;
  const declaration = task.declarationOf(project);
  if (declaration?.kind !== kind) {
    const code = WRONG_KIND[kind];
    const message = `${option}: project ${project} has no target with @bringup/nx:${kind}. Name a project that has one.`;
    throw new UserError(code, message, { project });
  }
  if (arch !== undefined) checkArch(task, { option, project, arch });
  return declaration;
}

/** @throws UserError `ARCH_MISMATCH` when what a project declares is for another architecture */
export function checkArch(
  task: Pick<ProjectContext, 'project' | 'declarationOf'>,
  { option, project, arch }: Reference,
): void {
  const other = task.declarationOf(project)?.options.arch;
  if (other === undefined || other === arch) return;
  const message =
    `${task.project} is ${arch}, but its ${option} project ${project} is built for ${String(other)}. ` +
    `Correct the option "${option}" or "arch".`;
  throw new UserError('ARCH_MISMATCH', message, { option, project, arch, other });
}
