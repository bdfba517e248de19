import { readdirSync } from 'node:fs';
import { join, posix, relative, resolve } from 'node:path';
import { quoteCommand, splitCommand } from '@bringup/process';
import { globBase, globExpression, isGlob, nxPath, nxPattern } from '../workspace/glob.js';
import { followLinks, isOutside, type Places } from '../workspace/links.js';
import { PACKAGE } from '../workspace/package-path.js';
import { isIgnored, NEVER_WALKED } from '../workspace/ignored.js';
import type { Input } from './target-parts.js';

/** Hashes modes, symlinks, ignored files and trees outside the workspace, which Nx itself does not hash. */
const TREE_HASH = ['sh', `${PACKAGE}/scripts/tree-hash.sh`];

/** Paths that options name, each relative to the workspace or absolute. */
export interface NamedPaths {
  /** Files of which the content counts. */
  readonly files?: readonly string[];
  /** The same, where `*` and `?` are wildcards: see `globExpression`. */
  readonly patterns?: readonly string[];
  /** Files of which the mode counts as well. */
  readonly modes?: readonly string[];
  /** Directories with everything in them, links included. */
  readonly directories?: readonly string[];
}

/**
 * Paths as inputs: every path that an option names becomes one here.
 *
 * Nx gets a pattern that matches the path whatever characters it has, and one for each thing that a symbolic link in it
 * leads to, so that `nx affected` lists the project when one of them changes. A command of ours also hashes everything that Nx
 * does not (links, modes, files that git ignores or that lie outside the workspace).
 */
export function pathInputs(named: NamedPaths, workspaceRoot: string): Input[] {
  const inputs = new Set<string>();
  const ours = new Set<string>();
  const follow = (path: string, isOurs: boolean): Places => {
    const places = followLinks(workspaceRoot, path);
    if (isOurs || places.links.length > 0 || isUnseen(workspaceRoot, places.end)) ours.add(path);
    return places;
  };
  const addFile = (path: string, isOurs = false) => {
    for (const place of follow(path, isOurs).inside) inputs.add(workspacePath(nxPath(place)));
  };
  const addPattern = (pattern: string) => {
    const inside = relative(workspaceRoot, resolve(workspaceRoot, pattern));
    if (isOutside(inside)) return; // The executor refuses it.
    const base = globBase(inside);
    const wildcards = inside.slice(base === '.' ? 0 : base.length + 1);
    inputs.add(workspacePath(nxPattern(inside)));
    if (followLinks(workspaceRoot, base).links.length > 0)
      for (const place of follow(base, true).inside) {
        inputs.add(workspacePath(nxPath(place)));
        inputs.add(workspacePath(`${nxPath(place)}/${nxPattern(wildcards)}`));
      }
    for (const link of linksMatching(workspaceRoot, inside)) addFile(link);
  };
  const addDirectory = (path: string) => {
    const { inside, links } = follow(path, true);
    if (links.length > 0) for (const place of inside) inputs.add(workspacePath(nxPath(place)));
    for (const place of inside) inputs.add(workspacePath(posix.join(nxPath(place), '**/*')));
  };
  for (const path of named.files ?? []) addFile(path);
  for (const path of named.patterns ?? [])
    if (isGlob(path)) addPattern(path);
    else addFile(path);
  for (const path of named.modes ?? []) addFile(path, true);
  for (const path of named.directories ?? []) addDirectory(path);
  return [...inputs, ...(ours.size > 0 ? [treeInput([...ours])] : [])];
}

/** Files outside of Nx's view (see {@link TREE_HASH}), hashed by a command that Nx runs each time. */
function treeInput(paths: readonly string[]): Input {
  // No path may look like an option, or a part of find's expression.
  const named = paths.map((path) => (/^[-(),!]/.test(path) ? `./${path}` : path));
  return { runtime: quoteCommand([...TREE_HASH, ...named]) };
}

/** The paths that a `runtime` input of {@link pathInputs} hashes; undefined for any other command. */
export function hashedPaths(runtime: string): string[] | undefined {
  const words = splitCommand(runtime);
  return TREE_HASH.every((word, index) => word === words[index]) ? words.slice(TREE_HASH.length) : undefined;
}

const workspacePath = (pattern: string) => `{workspaceRoot}/${pattern}`;

function isUnseen(workspaceRoot: string, path: string): boolean {
  return isOutside(path) || isIgnored(workspaceRoot, path);
}

/** The symbolic links that a pattern matches: the pattern does not show their targets. */
function linksMatching(workspaceRoot: string, pattern: string): string[] {
  const expression = globExpression(pattern);
  if (!expression) return [];
  const depth = pattern.includes('**') ? Infinity : pattern.split('/').length;
  const links: string[] = [];
  const walk = (directory: string) => {
    for (const entry of entriesOf(join(workspaceRoot, directory))) {
      const path = posix.join(directory, entry.name);
      if (entry.isSymbolicLink() && expression.test(path)) links.push(path);
      else if (entry.isDirectory() && path.split('/').length < depth && !NEVER_WALKED.includes(entry.name))
        walk(path);
    }
  };
  walk(globBase(pattern));
  return links;
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return []; // The executor says that nothing matches.
  }
}
