import { suggestNames, UserError } from '@bringup/process';
import type { Reference } from '../graph/find-references.js';
import { chainOfParts, referencesIn } from './references.js';
import type { ProjectContext } from '../tasks/project-context.js';

/**
 * Refuses options that name projects which do not exist, or which are themselves made from this one. The graph leaves both out,
 * because Nx would stop every command of the workspace.
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

function refuseCircle(
  { project, declarationOf }: Pick<ProjectContext, 'declarationOf' | 'project'>,
  { option, project: part }: Reference,
): void {
  const chain = chainOfParts(part, project, declarationOf);
  if (!chain) return;
  if (part === project && option !== EMBEDDED_INITRAMFS)
    throw new UserError(
      'MADE_FROM_ITSELF',
      `${option}: ${project} cannot be made from itself. Name another project, or remove the option`,
      { option, chain },
    );
  const circle = [project, ...chain].join(' → ');
  if (option === EMBEDDED_INITRAMFS)
    throw new UserError(
      'INITRAMFS_CYCLE',
      `${option}: ${part} is itself made from ${project} (${circle}), so neither can be built first. Build the drivers in (=y) ` +
        `instead of taking modules of this kernel into ${part}, or embed another initramfs and give the board this one with its ` +
        `option "initramfs"`,
      { initramfs: part, chain },
    );
  throw new UserError(
    'MADE_FROM_ITSELF',
    `${option}: ${part} is itself made from ${project} (${circle}), so neither can be built first. Name another project in one of them`,
    { option, chain },
  );
}

/** The option of a kernel; for the usual circle through it there is better advice. */
const EMBEDDED_INITRAMFS = 'embeddedInitramfs';
