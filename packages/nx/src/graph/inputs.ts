import { posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import { isSeries, lockEntryPath, type ProgramName, type SourcePart } from '@bringup/kbuild/graph';
import { quoteCommand } from '@bringup/process';
import { ENGINE_NODE, ownSources } from './engine.js';
import { type Declaration } from '../workspace/declaration.js';
import { PLUGIN } from '../options/declared-kinds.js';
import { isGlob } from '../workspace/glob.js';
import { PACKAGE } from '../workspace/package-path.js';
import { isBaseFile, parseFragmentName } from '../workspace/names-in-options.js';
import { sourceHashCommand } from './source-hash.js';
import { allOptions, variantOutput } from '../workspace/variants.js';
import { pathInputs } from './path-inputs.js';
import type { Input } from './target-parts.js';
import { text, texts } from '../options/unchecked.js';

/** The directory of the presets in Bringup's own repository. */
const PRESETS = 'workspace-configs/kconfig';

/** Bringup's own code. `externalDependencies` also keeps every other npm package out of the hash. */
export function engineInputs(workspaceRoot: string): Input[] {
  return [{ externalDependencies: [ENGINE_NODE] }, ...ownSources(workspaceRoot)];
}

/** The entries of the lock that a target uses: the source of a project, and tools by name. */
export interface LockEntries {
  readonly source?: string;
  readonly tools: readonly string[];
}

/** The project whose source stands in the lock: this one, unless it builds a directory. */
export function lockedSource({ project, options }: Declaration): string | undefined {
  return (options.source as { kind?: unknown } | undefined)?.kind === 'directory' ? undefined : project;
}

function lockPaths({ source, tools }: LockEntries): string[] {
  const paths = [...new Set(tools)].map((tool) => lockEntryPath('tools', tool));
  return source === undefined ? paths : [lockEntryPath('sources', source), ...paths];
}

/**
 * The content of the lock's entries when a task is hashed: see scripts/lock-state.sh. Empty for a target without entries.
 *
 * @param root the directory of the project whose options name the tools, relative to the workspace root
 */
export function lockInputs(root: string, entries: LockEntries): Input[] {
  const paths = lockPaths(entries);
  if (paths.length === 0) return [];
  return [{ runtime: quoteCommand(['sh', `${PACKAGE}/scripts/lock-state.sh`, root, ...paths]) }];
}

/**
 * The target that resolves a project's entries of the lock. It is never cached, and its inputs serve `nx affected` only, which
 * compares file inputs of a project's targets and does not know the files of {@link lockInputs} and {@link sourceInputs}.
 *
 * @param read inputs that cached targets do not have, because they hash them in another way
 */
export function updateTarget(
  entries: readonly LockEntries[],
  read: readonly Input[] = [],
): TargetConfiguration {
  const paths = entries.flatMap(lockPaths).map((path) => `{workspaceRoot}/${path}`);
  const named = read.filter((input) => typeof input === 'string');
  return {
    executor: `${PLUGIN}:update`,
    cache: false,
    inputs: [...new Set([...paths, ...named])],
  };
}

/**
 * The content of a project's source directories, as far as that part of the work reads it, and the patches of the other kinds of source,
 * which are themselves covered by the lock. Not by Nx's globs, even
 * when it lies in the workspace: a clone of the kernel is git-ignored more often than not, and then has no hash.
 */
export function sourceInputs(declaration: Declaration, part: SourcePart, workspaceRoot: string): Input[] {
  const { kind, configurations } = declaration;
  const variants = [undefined, ...Object.keys(configurations)];
  // The commit counts where a configuration puts it into the release.
  const configs =
    part === 'build' && kind !== 'busybox'
      ? variants.map((variant) => posix.join(variantOutput(declaration, variant), '.config'))
      : [];
  const directories = new Set(allOptions(declaration).flatMap(({ source }) => directoryOf(source)));
  const hashes = [...directories].map((path) => ({
    runtime: sourceHashCommand(kind as ProgramName, part, path, configs),
  }));
  return [...hashes, ...patchInputs(declaration, workspaceRoot)];
}

/** The patches of a project. A series may name any patch of its directory. */
function patchInputs(declaration: Declaration, workspaceRoot: string): Input[] {
  const named = allOptions(declaration).flatMap(({ patches }) => texts(patches));
  const directories = named
    .filter((name) => !isGlob(name) && isSeries(name))
    .map((name) => posix.dirname(name));
  return pathInputs({ patterns: named, directories }, workspaceRoot);
}

/** The directory of a source of that kind; empty for the other kinds. */
export function directoryOf(source: unknown): string[] {
  const { kind, path } = (source ?? {}) as Record<string, unknown>;
  return kind === 'directory' && typeof path === 'string' ? [path] : [];
}

/** The files a configuration is made from. Presets and fragments of the tree are covered by engine and source. */
export function configurationInputs(
  options: Readonly<Record<string, unknown>>,
  workspaceRoot: string,
): Input[] {
  const files: string[] = [];
  const presets: string[] = [];
  for (const name of [...texts(options.fragments), ...texts(options.extraFragments)]) {
    const fragment = parseFragmentName(name);
    if (fragment.kind === 'file') files.push(fragment.path);
    if (fragment.kind === 'preset') presets.push(`${PRESETS}/${fragment.name}.config`);
  }
  const base = text(options.base);
  if (base !== undefined && isBaseFile(base)) files.push(base);
  const inputs = pathInputs({ files }, workspaceRoot);
  // In Bringup's own repository presets are files of the workspace; elsewhere they come with the package.
  if (ownSources(workspaceRoot).length > 0) inputs.push(...pathInputs({ files: presets }, workspaceRoot));
  return inputs;
}
