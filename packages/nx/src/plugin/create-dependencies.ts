import type { CreateDependencies, DependencyType } from '@nx/devkit';
import { findDeclaration } from '../workspace/declaration.js';
import { referencedProjects } from './references.js';

/**
 * Adds the edges to projects that `createNodes` does not see, because they have no project.json: those of package.json and of
 * other plugins. A name that no project has makes no edge; the target that needs it says so when it runs.
 */
export const createDependencies: CreateDependencies = (_options, { projects }) =>
  Object.entries(projects).flatMap(([source, project]) => {
    const declaration = findDeclaration({ ...project, name: source });
    if (!declaration) return [];
    const present = new Set([source, ...(project.implicitDependencies ?? [])]);
    return referencedProjects(declaration)
      .filter((target) => !present.has(target) && Object.hasOwn(projects, target))
      .map((target) => ({ source, target, type: 'implicit' as DependencyType.implicit }));
  });
