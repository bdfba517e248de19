import { join } from 'node:path';
import { outputPath } from '../workspace/paths.js';
import { PublishedPlaces } from '../workspace/published.js';
import type { ProjectContext } from './project-context.js';

/**
 * The directory that a task publishes to, absolute. Called before anything is written, because it checks that the directory
 * belongs to this project alone.
 *
 * @param given the option `outputPath`
 * @throws UserError `OUTPUT_OUTSIDE`, `OUTPUT_TAKEN`, `OUTPUT_LINK`, `OUTPUT_SHARED`
 */
export function outputDirectory(task: ProjectContext, given?: string): string {
  const path = outputPath(task.project, given, task.configuration);
  // A module's task opens its kernel's project, as a task of that one: `task.declaration` is still the module's.
  const declaration = task.declarationOf(task.project);
  if (declaration) {
    const places = new PublishedPlaces(task.workspaceRoot, task.declarations(), task.otherOutputs());
    const problem = places.problemOf(declaration, path);
    if (problem) throw problem;
  }
  return join(task.workspaceRoot, path);
}
