import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { version as nxVersion } from 'nx/package.json';
import type * as Devkit from '@nx/devkit';
import type { CreateNodesResult, CreateNodesV2, TargetConfiguration } from '@nx/devkit';
import { parse as parseJson } from 'jsonc-parser'; // As Nx reads project.json, without loading all of its devkit.
import { UserError } from '@bringup/process';
import { ENGINE_NODE, engineIdentity } from '../graph/engine.js';
import { findDeclaration, type Declaration, type ProjectLike } from '../workspace/declaration.js';
import { PLUGIN } from '../options/declared-kinds.js';
import { submoduleInputs } from '../graph/affected-inputs.js';
import { otherOutputs, type OtherOutput } from '../workspace/other-outputs.js';
import { PublishedPlaces } from '../workspace/published.js';
import { KINDS } from './kinds.js';
import { mapValues } from '../graph/records.js';
import { requireNx } from '../graph/nx-version.js';
import { withTargetDefaults } from '../graph/target-defaults.js';
import { KnownProjects, referencedProjects } from './references.js';
import { rememberConsoleTasks } from './terminal-hook.js';
import { record, text } from '../options/unchecked.js';

/**
 * Adds to each project what follows from the one target it declares with a Bringup executor: sibling targets,
 * cache, inputs, outputs, order, and edges to the projects it names. A function of the workspace's files and of
 * Bringup's version alone: no tool of this host is asked for anything.
 */
export const createNodesV2: CreateNodesV2 = [
  '**/project.json',
  (files, _options, { workspaceRoot, nxJsonConfiguration }) => {
    requireNx(nxVersion);
    const declarations = new Map<string, { file: string; declaration: Declaration }>();
    const known = new Set<string>();
    const others: OtherOutput[] = [];
    const faults: (readonly [file: string, what: string])[] = [];
    for (const file of files) {
      const project = readProject(workspaceRoot, file, nxJsonConfiguration.targetDefaults);
      if (!project) continue;
      known.add(project.name);
      faults.push(...targetFaults(project).map((what) => [file, what] as const));
      others.push(...otherOutputs(project));
      const declaration = findDeclaration(project);
      if (declaration) declarations.set(declaration.project, { file, declaration });
    }
    rememberConsoleTasks(
      [...declarations.values()].flatMap(({ declaration }) =>
        (KINDS[declaration.kind].consoleTargets?.(declaration) ?? []).map(
          (target) => `${declaration.project}:${target}`,
        ),
      ),
    );
    const references = new KnownProjects(
      new Map([...declarations].map(([name, { declaration }]) => [name, declaration])),
      known,
    );
    const full = [...declarations.values()].map(({ file, declaration }) => ({
      file,
      declaration: references.withVariants(declaration),
    }));
    const places = new PublishedPlaces(
      workspaceRoot,
      full.map(({ declaration }) => declaration),
      others,
    );
    const results = full.map(({ file, declaration }): [string, CreateNodesResult] => {
      const targets = {
        ...cleanTarget(declaration),
        ...KINDS[declaration.kind].targets(declaration, references, workspaceRoot),
      };
      const { update } = targets;
      if (update) update.inputs = [...(update.inputs ?? []), ...submoduleInputs(targets, workspaceRoot)];
      const isOwned = places.problemOf(declaration) === undefined;
      return [file, projectOf(declaration, isOwned ? targets : withoutOutputs(targets), known)];
    });
    return orExplainFaults(results, faults);
  },
];

/** The declaration in a project.json, undefined when it has no target of Bringup. */
export function readDeclaration(
  workspaceRoot: string,
  file: string,
  defaults?: unknown,
): Declaration | undefined {
  const project = readProject(workspaceRoot, file, defaults);
  return project && findDeclaration(project);
}

/**
 * Nx itself refuses a target that is not an object, and names only its file. Nx shows these errors beside its own.
 *
 * @param faults files, each with the sentence about its target
 */
function orExplainFaults(
  results: [string, CreateNodesResult][],
  faults: readonly (readonly [file: string, what: string])[],
): [string, CreateNodesResult][] {
  if (faults.length === 0) return results;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- All of devkit takes 0.1 s, and this is rare.
  const { AggregateCreateNodesError } = require('@nx/devkit') as typeof Devkit;
  const errors = faults.map(([file, what]): [string, Error] => [file, new UserError('BAD_TARGET', what)]);
  throw new AggregateCreateNodesError(errors, results);
}

/** The errors in the targets of a project, as sentences. */
function targetFaults({ targets }: ProjectLike): string[] {
  if (targets === undefined) return [];
  const isFields = (value: unknown) => value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isFields(targets))
    return [`"targets" is ${JSON.stringify(targets)}, not an object. Correct it, or remove it`];
  return Object.entries(record(targets))
    .filter(([, value]) => !isFields(value))
    .map(
      ([name, value]) =>
        `the target "${name}" is ${JSON.stringify(value)}, not an object. Give it an executor, or remove it`,
    );
}

function readProject(workspaceRoot: string, file: string, defaults: unknown): ProjectLike | undefined {
  const path = join(workspaceRoot, file);
  if (!existsSync(path)) return undefined;
  const { name, targets } = record(parseJson(readFileSync(path, 'utf8')));
  const root = dirname(file);
  return {
    name: text(name) ?? nameByNx(workspaceRoot, root),
    root,
    targets: withTargetDefaults(targets, defaults),
  };
}

/** The name that Nx gives a project whose project.json has none: that of a package.json beside it, else the directory's in lower case. */
function nameByNx(workspaceRoot: string, root: string): string {
  const path = join(workspaceRoot, root, 'package.json');
  const { name, nx } = record(existsSync(path) ? parseJson(readFileSync(path, 'utf8')) : undefined);
  return text(record(nx).name) ?? text(name) ?? basename(root).toLowerCase();
}

/**
 * Targets of a project that publishes where it must not. Before Nx restores outputs it deletes the files there, so these targets
 * get no outputs; each one runs, and its executor reports the error.
 */
function withoutOutputs(targets: Record<string, TargetConfiguration>): Record<string, TargetConfiguration> {
  return mapValues(targets, (_name, target) =>
    target.outputs === undefined ? target : { ...target, cache: false, outputs: [] },
  );
}

function projectOf(
  declaration: Declaration,
  targets: Record<string, TargetConfiguration>,
  known: ReadonlySet<string>,
): CreateNodesResult {
  return {
    projects: {
      [declaration.root]: {
        targets,
        // A single unknown name would break every nx command. createDependencies adds the projects of other plugins.
        implicitDependencies: referencedProjects(declaration).filter((name) => known.has(name)),
      },
    },
    externalNodes: {
      [`npm:${ENGINE_NODE}`]: {
        type: 'npm',
        name: `npm:${ENGINE_NODE}`,
        data: { packageName: ENGINE_NODE, version: engineIdentity(), hash: engineIdentity() },
      },
    },
  };
}

function cleanTarget({ kind, configurations }: Declaration): Record<string, TargetConfiguration> {
  if (KINDS[kind].keepsNothing) return {};
  const variants = mapValues(configurations, () => ({}));
  return { clean: { executor: `${PLUGIN}:clean`, cache: false, configurations: variants } };
}
