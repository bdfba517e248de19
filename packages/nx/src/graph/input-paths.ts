import { posix } from 'node:path';
import { hashedDirectory } from './source-hash.js';
import type { Input } from './target-parts.js';
import { hashedPaths } from './path-inputs.js';

/**
 * The paths that a target's inputs name, each relative to the workspace or absolute: a file, a directory, or the directory above a
 * pattern's first wildcard. Artifacts of other targets, named inputs and what is left out of a pattern are not among them.
 */
export function inputPaths(inputs: readonly Input[], projectRoot: string): string[] {
  return inputs.flatMap((input) => {
    if (typeof input === 'string') return patternBase(input, projectRoot);
    if ('fileset' in input) return patternBase(input.fileset, projectRoot);
    if (!('runtime' in input)) return [];
    return hashedPaths(input.runtime) ?? hashedDirectory(input.runtime) ?? [];
  });
}

/** A character that is syntax in a pattern of Nx's. */
const WILDCARD = /[*?[\]{}()!]/;

function patternBase(pattern: string, projectRoot: string): string[] {
  const [, token, path] = /^\{(workspaceRoot|projectRoot)\}\/(.*)$/s.exec(pattern) ?? [];
  if (token === undefined) return [];
  const names = posix.join(token === 'projectRoot' ? projectRoot : '.', path!).split('/');
  const wild = names.findIndex((name) => WILDCARD.test(name));
  return [(wild < 0 ? names : names.slice(0, wild)).join('/') || '.'];
}
