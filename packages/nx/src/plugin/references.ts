import type { DeclaredKind } from '../options/declared-kinds.js';
import type { Declaration } from '../workspace/declaration.js';
import { KINDS } from './kinds.js';
import { allOptions } from '../workspace/variants.js';
import type { Reference } from '../graph/find-references.js';
import type { References } from '../graph/references.js';
import type { Dependency } from '../graph/target-parts.js';

/** The projects that have a project.json. */
export class KnownProjects implements References {
  /** @param known the names of all projects that have a project.json */
  constructor(
    private readonly declarations: ReadonlyMap<string, Declaration>,
    private readonly known: ReadonlySet<string> = new Set(declarations.keys()),
  ) {}

  declarationOf(project: string): Declaration | undefined {
    return this.declarations.get(project);
  }

  buildOf(project: string): Dependency {
    if (this.known.has(project))
      return { projects: [project], target: this.declarations.get(project)?.target ?? 'build' };
    // A project of another plugin, or none: as a string, Nx has nothing to say of a name that no project has. The target that needs
    // the project names the closest match.
    return `${project}:build`;
  }

  projectsOf(declaration: Declaration): string[] {
    return referencedProjects(declaration);
  }

  isPartOf(part: string, project: string): boolean {
    return chainOfParts(project, part, (name) => this.declarations.get(name)) !== undefined;
  }

  /**
   * A declaration with a configuration for each variant of what it refers to: Nx hands a configuration on to the tasks
   * before it only when the task that was asked for has it too, and a board with `-c debug` wants the debug kernel.
   */
  withVariants(declaration: Declaration): Declaration {
    const inherited = this.variantsBehind(declaration, new Set()).map((name) => [name, {}] as const);
    const configurations = { ...Object.fromEntries(inherited), ...declaration.configurations };
    return { ...declaration, configurations };
  }

  private variantsBehind(declaration: Declaration, seen: Set<string>): string[] {
    return referencedProjects(declaration).flatMap((name) => {
      const other = this.declarations.get(name);
      if (!other || seen.has(name)) return [];
      seen.add(name);
      return [...Object.keys(other.configurations), ...this.variantsBehind(other, seen)];
    });
  }
}

/** The projects a declaration refers to, by default or in a variant: the edges of the graph. */
export function referencedProjects(declaration: Declaration): string[] {
  return [...new Set(referencesOf(declaration).map(({ project }) => project))];
}

/** The references of a declaration, by default or in a variant. */
export function referencesOf(declaration: Declaration): Reference[] {
  return allOptions(declaration).flatMap((options) => referencesIn(declaration.kind, options));
}

/** The references in the options of a target of a project of this kind. */
export function referencesIn(kind: DeclaredKind, options: Readonly<Record<string, unknown>>): Reference[] {
  return KINDS[kind].references(options);
}

/** The chain of parts from project `from` to project `to`, both included; undefined where `to` is not a part of `from`. */
export function chainOfParts(
  from: string,
  to: string,
  declarationOf: (project: string) => Declaration | undefined,
  seen = new Set<string>(),
): string[] | undefined {
  if (from === to) return [to];
  const declaration = declarationOf(from);
  if (!declaration || seen.has(from)) return undefined;
  seen.add(from);
  for (const part of referencedProjects(declaration)) {
    const chain = chainOfParts(part, to, declarationOf, seen);
    if (chain) return [from, ...chain];
  }
  return undefined;
}
