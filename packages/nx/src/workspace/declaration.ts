import { KCONFIG_PROGRAMS, type ProgramName } from '@bringup/kbuild/graph';
import { DECLARED_KINDS, PLUGIN, type DeclaredKind } from '../options/declared-kinds.js';
import { record } from '../options/unchecked.js';

/** Whether a kind is built by Kconfig and make. */
export function isKconfigKind(kind: DeclaredKind): kind is ProgramName {
  return Object.hasOwn(KCONFIG_PROGRAMS, kind);
}

/** The one target of a project that a user wrote for Bringup. */
export interface Declaration {
  readonly kind: DeclaredKind;
  readonly project: string;
  /** The project's directory, relative to the workspace root. */
  readonly root: string;
  /** The name of the declared target. */
  readonly target: string;
  /** Nx's tokens are resolved; nothing else was checked: Nx holds options against their schema when a target runs. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Options by configuration, over the others; Nx's tokens are resolved here too. */
  readonly configurations: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Options that were written on the targets of {@link OVERRIDING}, over those of the declared one. */
  readonly overrides?: readonly Overrides[];
}

/** The options written on one target that follows from the declared one. */
export type Overrides = Pick<Declaration, 'options' | 'configurations'>;

/** Targets that take the options of the declared target, and whose results are cached: their own options may override it. */
const OVERRIDING = ['config', 'build', 'test'];

/** A project, whether from project.json or from Nx's project graph. Nobody has checked its targets. */
export interface ProjectLike {
  readonly name: string;
  readonly root: string;
  readonly targets?: unknown;
}

/** The declaration of a project, or undefined when it is none of Bringup's. */
export function findDeclaration(project: ProjectLike): Declaration | undefined {
  const targets = record(project.targets);
  for (const [target, value] of Object.entries(targets)) {
    const { executor } = record(value);
    const kind = DECLARED_KINDS.find((name) => executor === `${PLUGIN}:${name}`);
    if (!kind) continue;
    const overrides = OVERRIDING.filter((name) => name !== target && targets[name] !== undefined)
      .map((name) => record(targets[name]))
      .filter((own) => own.executor === undefined || String(own.executor).startsWith(`${PLUGIN}:`))
      .map((own) => resolveOptions(own, project));
    return {
      ...{ kind, project: project.name, root: project.root, target },
      ...resolveOptions(record(value), project),
      ...(overrides.length > 0 ? { overrides } : {}),
    };
  }
  return undefined;
}

function resolveOptions(target: Readonly<Record<string, unknown>>, project: ProjectLike): Overrides {
  const configurations = Object.entries(record(target.configurations));
  const resolved = (options: unknown) =>
    resolveAll(record(options), project) as Readonly<Record<string, unknown>>;
  return {
    options: resolved(target.options),
    configurations: Object.fromEntries(configurations.map(([name, own]) => [name, resolved(own)])),
  };
}

function resolveAll(value: unknown, project: ProjectLike): unknown {
  if (typeof value === 'string') return resolveTokens(value, project);
  if (Array.isArray(value)) return value.map((item) => resolveAll(item, project));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolveAll(item, project)]));
}

/** Replaces Nx's tokens in an option, as Nx does before a target runs: paths are then relative to the workspace root. */
export function resolveTokens(path: string, project: Pick<ProjectLike, 'name' | 'root'>): string {
  return path
    .replace(/^\{workspaceRoot\}\/?/, '')
    .replaceAll('{projectRoot}', project.root)
    .replaceAll('{projectName}', project.name);
}
