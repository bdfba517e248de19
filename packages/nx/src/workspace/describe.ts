import { posix } from 'node:path';
import type { DeclaredKind } from '../options/declared-kinds.js';
import { PLUGIN } from '../options/declared-kinds.js';

/** A project as a generator is to write it: the counterpart of `Declaration`, which is what is read of one. */
export interface ProjectDescription {
  readonly kind: DeclaredKind;
  readonly project: string;
  /** The project's directory, relative to the workspace root. */
  readonly root: string;
  /** Options of the one declared target. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Options of its variants, over the others. */
  readonly configurations?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Further targets, as they stand in project.json. */
  readonly targets?: Readonly<Record<string, object>>;
  /** Files of the project besides project.json, relative to its directory. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The name of the target that a kind is declared as. */
export function declaredTarget(kind: DeclaredKind): string {
  return kind === 'qemu' ? 'run' : 'build';
}

/** The content of a project's project.json; `findDeclaration` reads the description back. */
export function projectJson({ kind, project, root, options, configurations, targets }: ProjectDescription) {
  const variants = configurations && Object.keys(configurations).length > 0 ? { configurations } : {};
  const up = posix.relative(root, '.') || '.';
  return {
    name: project,
    $schema: `${up}/node_modules/nx/schemas/project-schema.json`,
    projectType: kind === 'qemu' || kind === 'program' ? 'application' : 'library',
    targets: { [declaredTarget(kind)]: { executor: `${PLUGIN}:${kind}`, options, ...variants }, ...targets },
  };
}
