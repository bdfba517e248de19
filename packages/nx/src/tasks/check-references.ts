import { suggestNames, UserError } from '@bringup/process';
import type { Reference } from '../graph/find-references.js';
import { referencesIn } from '../graph/references.js';
import type { Task } from './task.js';

/**
 * Refuses options that name projects which do not exist. The graph leaves such references out, because Nx would stop every
 * command of the workspace.
 *
 * @throws UserError `UNKNOWN_PROJECT`
 */
export function checkReferences(task: Pick<Task, 'declaration' | 'projects'>, options: object): void {
  if (!task.declaration) return;
  const references = referencesIn(task.declaration.kind, options as Record<string, unknown>);
  const slip = references.find(({ project }) => !task.projects.includes(project));
  if (!slip) return;
  throw new UserError('UNKNOWN_PROJECT', describeSlip(slip, task.projects), { ...slip });
}

/** A reference to a project that does not exist, as a sentence with the closest match. */
export function describeSlip({ option, project }: Reference, projects: readonly string[]): string {
  return `${option}: there is no project ${JSON.stringify(project)}. ${suggestNames(project, projects)}`;
}
