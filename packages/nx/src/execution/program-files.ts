import { join, posix } from 'node:path';
import { readdir } from 'fs-extra';
import { UserError } from '@bringup/process';
import { isIgnored } from '../graph/ignored.js';
import { globBase, globExpression, isGlob } from '../project/glob.js';

/**
 * The files that the option `headers` names, sorted. A pattern does not match what git ignores: Nx's hash would not
 * have it; by its own name such a file is hashed.
 *
 * @throws UserError `HEADER_PATTERN` for a pattern with other wildcards, or one that matches nothing
 */
export async function findHeaders(workspaceRoot: string, headers: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const header of headers) {
    const files = isGlob(header) ? await matching(workspaceRoot, header) : [header];
    for (const file of files) found.add(file);
  }
  return [...found].sort();
}

async function matching(workspaceRoot: string, header: string): Promise<string[]> {
  const pattern = posix.normalize(header);
  const expression = globExpression(pattern);
  if (!expression || pattern.startsWith('/') || pattern.startsWith('../')) {
    const message = `headers: ${header}: a pattern has the wildcards *, ** and ?, and stays inside the workspace. Name the files instead.`;
    throw new UserError('HEADER_PATTERN', message, { header });
  }
  const files = await walk(workspaceRoot, globBase(pattern));
  const found = files.filter((file) => expression.test(file));
  if (found.length > 0) return found;
  throw new UserError('HEADER_PATTERN', `headers: ${header} matches no file that git does not ignore`, {
    header,
  });
}

async function walk(workspaceRoot: string, directory: string): Promise<string[]> {
  const entries = await readdir(join(workspaceRoot, directory), { withFileTypes: true }).catch(() => []);
  const files: string[] = [];
  for (const entry of entries) {
    const path = posix.join(directory, entry.name);
    // What is asked of a directory is whether anything in it is seen.
    if (isIgnored(workspaceRoot, entry.isDirectory() ? `${path}/x` : path)) continue;
    if (entry.isDirectory()) files.push(...(await walk(workspaceRoot, path)));
    else files.push(path);
  }
  return files;
}
