import type { TargetConfiguration } from '@nx/devkit';
import { lockField, sourceField } from '@bringup/kbuild';
import { quoteCommand } from '@bringup/process';
import { ENGINE_NODE, ownSources } from '../project/engine.js';
import { isBaseFile, parseFragmentName } from '../project/references.js';
import { pathInputs } from './path-inputs.js';
import { text, texts } from './unchecked.js';

export type Input = NonNullable<TargetConfiguration['inputs']>[number];

/** Where Nx finds the programs of a `runtime` input: it starts them in the workspace root. */
export const PACKAGE = 'node_modules/@bringup/nx';

/** Hashes a source directory. */
const SOURCE_HASH = ['node', `${PACKAGE}/dist/hash/main.js`];

/** Bringup's own code. `externalDependencies` also keeps every other npm package out of the hash. */
export function engineInputs(workspaceRoot: string): Input[] {
  return [{ externalDependencies: [ENGINE_NODE] }, ...ownSources(workspaceRoot)];
}

/** Fields of bringup.lock.json: the project's source, and tools by name. */
export function lockInput(project: string | undefined, tools: readonly string[]): Input {
  const fields = tools.map((tool) => `tools.${lockField(tool)}`);
  if (project !== undefined) fields.unshift(`sources.${sourceField(project)}`);
  return { json: '{workspaceRoot}/bringup.lock.json', fields };
}

/**
 * The content of a source directory; the other kinds of source are covered by the lock. Not by Nx's globs, even
 * when it lies in the workspace: a clone of the kernel is git-ignored more often than not, and then has no hash.
 */
export function sourceInputs(source: unknown): Input[] {
  const { kind, path } = (source ?? {}) as Record<string, unknown>;
  if (kind !== 'directory' || typeof path !== 'string') return [];
  return [{ runtime: quoteCommand([...SOURCE_HASH, path]) }];
}

/** The files a configuration is made from. Presets and fragments of the tree are covered by engine and source. */
export function configurationInputs(
  options: Readonly<Record<string, unknown>>,
  workspaceRoot: string,
): Input[] {
  const files: string[] = [];
  let presets = false;
  for (const name of [...texts(options.fragments), ...texts(options.extraFragments)]) {
    const fragment = parseFragmentName(name);
    if (fragment.kind === 'file') files.push(fragment.path);
    if (fragment.kind === 'preset') presets = true;
  }
  const base = text(options.base);
  if (base !== undefined && isBaseFile(base)) files.push(base);
  const inputs = pathInputs({ files }, workspaceRoot);
  // In Bringup's own repository presets are files of the workspace; elsewhere they come with the package.
  if (presets && ownSources(workspaceRoot).length > 0)
    inputs.push('{workspaceRoot}/workspace-configs/kconfig/*.config');
  return inputs;
}
