import { lstatSync } from 'node:fs';
import { join, posix, relative, resolve, sep } from 'node:path';
import type { Declaration } from './declaration.js';
import { isOutside } from './links.js';
import { allOptions } from './variants.js';

/** A source directory inside the workspace. */
export interface InnerSource {
  /** Relative to the workspace root, with `/`. */
  readonly path: string;
  /** Projects that are built from it. */
  readonly users: readonly string[];
  /** Projects of Bringup that are declared in it: Nx has to find them there. */
  readonly declared: readonly string[];
}

/** The source directories of projects that lie in the workspace and are not the workspace itself. */
export function innerSources(workspaceRoot: string, declarations: readonly Declaration[]): InnerSource[] {
  const users = new Map<string, Set<string>>();
  for (const declaration of declarations) {
    for (const { source } of allOptions(declaration)) {
      const { kind, path } = (source ?? {}) as Record<string, unknown>;
      if (kind !== 'directory' || typeof path !== 'string') continue;
      const inside = relative(workspaceRoot, resolve(workspaceRoot, path)).split(sep).join('/');
      if (inside === '' || isOutside(inside)) continue;
      users.set(inside, (users.get(inside) ?? new Set()).add(declaration.project));
    }
  }
  return [...users].map(([path, projects]) => ({
    path,
    users: [...projects],
    declared: declarations
      .filter(({ root }) => `${posix.normalize(root)}/`.startsWith(`${path}/`))
      .map(({ project }) => project),
  }));
}

/** Nx does not follow symbolic links when it walks a workspace. */
export function isLink(workspaceRoot: string, path: string): boolean {
  return lstatSync(join(workspaceRoot, path), { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/**
 * The line of `.nxignore` for a directory: anchored, so that it means this one alone, and for directories only. `nx affected`
 * looks up a submodule as if it were a file, and so still sees that it was moved.
 */
export function ignoreLine(path: string): string {
  return `/${path.replace(/[\\*?[\]]/g, '\\$&')}/`;
}
