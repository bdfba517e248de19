import { suggestNames, UserError } from '@bringup/process';
import type { Reference } from '../graph/find-references.js';
import { chainOfParts, referencesIn } from './references.js';
import type { ProjectContext } from '../tasks/project-context.js';

/**
 * Refuses options that name projects which do not exist, a project's own name, and an initramfs with parts of the kernel that is to
 * embed it. The graph leaves these references out, because Nx would stop every command of the workspace.
 *
 * @throws UserError `UNKNOWN_PROJECT`, `INITRAMFS_CYCLE`, `MADE_FROM_ITSELF`
 */
export function checkReferences(
  task: Pick<ProjectContext, 'declaration' | 'declarationOf' | 'project' | 'projects'>,
  options: object,
): void {
  if (!task.declaration) return;
  const references = referencesIn(task.declaration.kind, options as Record<string, unknown>);
  const slip = references.find(({ project }) => !task.projects.includes(project));
  if (slip) throw new UserError('UNKNOWN_PROJECT', describeSlip(slip, task.projects), { ...slip });
  for (const reference of references) refuseCircle(task, reference);
}

/** A reference to a project that does not exist, as a sentence with the closest match. */
export function describeSlip({ option, project }: Reference, projects: readonly string[]): string {
  return `${option}: there is no project ${JSON.stringify(project)}. ${suggestNames(project, projects)}`;
}

/**
 * Refuses what Nx does not see. The graph leaves a kernel's dependency on its initramfs out where that has parts of the kernel, and Nx
 * ignores a task that depends on itself. Of any other circle, Nx shows the tasks.
 */
function refuseCircle(
  { project, declarationOf }: Pick<ProjectContext, 'declarationOf' | 'project'>,
  { option, project: part }: Reference,
): void {
  if (option === EMBEDDED_INITRAMFS) refuseOwnParts(project, part, declarationOf);
  if (part !== project) return;
  const message = `${option}: ${project} cannot be made from itself. Name another project, or remove the option`;
  throw new UserError('MADE_FROM_ITSELF', message, { option, project });
}

function refuseOwnParts(
  kernel: string,
  initramfs: string,
  declarationOf: ProjectContext['declarationOf'],
): void {
  const chain = chainOfParts(initramfs, kernel, declarationOf);
  if (!chain) return;
  throw new UserError(
    'INITRAMFS_CYCLE',
    `${EMBEDDED_INITRAMFS}: ${initramfs} is itself made from ${kernel} (${[kernel, ...chain].join(' → ')}), ` +
      `so neither can be built first. Build the drivers in (=y) instead of taking modules of this kernel into ` +
      `${initramfs}, or embed another initramfs and give the board this one with its option "initramfs"`,
    { initramfs, chain },
  );
}

/** The option of a kernel. */
const EMBEDDED_INITRAMFS = 'embeddedInitramfs';
