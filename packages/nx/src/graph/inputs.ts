import { isAbsolute, posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import { lockField } from '@bringup/kbuild';
import { quoteCommand } from '@bringup/process';
import { ENGINE_NODE, ownSources } from '../project/engine.js';
import { isBaseFile, parseFragmentName } from '../project/references.js';
import { isIgnored } from './ignored.js';
import { text, texts } from './unchecked.js';

export type Input = NonNullable<TargetConfiguration['inputs']>[number];

/** The command that hashes what Nx itself does not: trees outside the workspace, modes, symlinks, ignored files. */
const HASH_COMMAND = ['node', 'node_modules/@bringup/nx/dist/hash/main.js'];

/** Bringup's own code. `externalDependencies` also keeps every other npm package out of the hash. */
export function engineInputs(workspaceRoot: string): Input[] {
  return [{ externalDependencies: [ENGINE_NODE] }, ...ownSources(workspaceRoot)];
}

/** Fields of bringup.lock.json: the project's source, and tools by name. */
export function lockInput(project: string | undefined, tools: readonly string[]): Input {
  const fields = tools.map((tool) => `tools.${lockField(tool)}`);
  if (project !== undefined) fields.unshift(`sources.${lockField(project)}`);
  return { json: '{workspaceRoot}/bringup.lock.json', fields };
}

/** Files outside of git's view (see {@link HASH_COMMAND}), hashed by a command that Nx runs each time. */
export function treeInput(paths: readonly string[]): Input {
  return { runtime: quoteCommand([...HASH_COMMAND, ...paths]) };
}

/**
 * The content of a source directory; the other kinds of source are covered by the lock. Not by Nx's globs, even
 * when it lies in the workspace: a clone of the kernel is git-ignored more often than not, and then has no hash.
 */
export function sourceInputs(source: unknown): Input[] {
  const { kind, path } = (source ?? {}) as Record<string, unknown>;
  if (kind !== 'directory' || typeof path !== 'string') return [];
  return [{ runtime: quoteCommand([...HASH_COMMAND, '--source', path]) }];
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
  const inputs = files.flatMap(fileInputs);
  const unseen = unseenFiles(files, workspaceRoot);
  if (unseen.length > 0) inputs.push(treeInput(unseen));
  // In Bringup's own repository presets are files of the workspace; elsewhere they come with the package.
  if (presets && ownSources(workspaceRoot).length > 0)
    inputs.push('{workspaceRoot}/workspace-configs/kconfig/*.config');
  return inputs;
}

/**
 * A file or glob of the workspace as an input. Normalised: Nx matches `./x`, as a root project has it, with nothing.
 * None for what lies outside, where Nx's globs find nothing either: see {@link treeInput}.
 */
export function fileInputs(path: string): Input[] {
  return isOutside(path) ? [] : [`{workspaceRoot}/${posix.normalize(path)}`];
}

/** Of files by name, those for which Nx's globs hash nothing: they need {@link treeInput}. */
export function unseenFiles(files: readonly string[], workspaceRoot: string): string[] {
  return files.filter((file) => isOutside(file) || isIgnored(workspaceRoot, file));
}

function isOutside(path: string): boolean {
  return isAbsolute(path) || posix.normalize(path).startsWith('../');
}
