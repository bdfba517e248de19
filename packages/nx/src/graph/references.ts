import type { Declaration } from '../workspace/declaration.js';
import type { Dependency } from './target-parts.js';

/** The facts about other projects that the targets of a project depend on. */
export interface References {
  /** The declaration of a project; undefined when it is not one of Bringup's. */
  declarationOf(project: string): Declaration | undefined;
  /** A dependency on the target that builds `project`: the declared one, or `build` when it is not one of Bringup's. */
  buildOf(project: string): Dependency;
  /** The projects a declaration refers to, by default or in a variant. */
  projectsOf(declaration: Declaration): string[];
  /** Whether `part` goes into what `project` publishes, by whatever way. */
  isPartOf(part: string, project: string): boolean;
}
