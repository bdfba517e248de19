import { join, posix } from 'node:path';
import { pathExists, readdir } from 'fs-extra';
import { UserError } from '@bringup/process';
import { isIgnored } from '../../workspace/ignored.js';
import { globBase, globExpression, isGlob } from '../../workspace/glob.js';

/**
 * The files that an option names (`headers` of a program, `sources` of a module, `patches`), sorted. A pattern does not match files that git
 * ignores, because Nx's hash would not include them. An ignored file that is listed by name is hashed.
 *
 * @throws UserError `HEADER_PATTERN` for a pattern with other wildcards, or one that matches nothing
 */
export async function findHeaders(workspaceRoot: string, headers: readonly string[]): Promise<string[]> {
  return findFiles(workspaceRoot, 'headers', headers);
}

/** @throws UserError as {@link findHeaders}, with the option's own code: `SOURCES_PATTERN`, `PATCH_MISSING` */
export async function findFiles(
  workspaceRoot: string,
  option: FileOption,
  names: readonly string[],
): Promise<string[]> {
  const found = new Set<string>();
  for (const name of names) {
    const files = isGlob(name)
      ? await matching(workspaceRoot, option, name)
      : [await named(workspaceRoot, option, name)];
    for (const file of files) found.add(file);
  }
  return [...found].sort();
}

const PATTERN_ERRORS = {
  headers: 'HEADER_PATTERN',
  sources: 'SOURCES_PATTERN',
  patches: 'PATCH_MISSING',
} as const;

/** Options that name files by patterns. */
type FileOption = keyof typeof PATTERN_ERRORS;

/** Characters that are wildcards to other programs, but not to us. */
const FOREIGN_WILDCARDS = /[[\]{}!]/;

/** A file by its name. If it does not exist and looks like another program's pattern, the user meant a pattern. */
async function named(workspaceRoot: string, option: FileOption, name: string): Promise<string> {
  if (FOREIGN_WILDCARDS.test(name) && !(await pathExists(join(workspaceRoot, name))))
    throw unknownPattern(option, name);
  return posix.normalize(name);
}

function unknownPattern(option: FileOption, name: string): UserError {
  const message =
    `${option}: ${name} matches no file. Only *, ** and ? are wildcards, and a pattern stays inside the workspace. ` +
    'Name the files instead.';
  return new UserError(PATTERN_ERRORS[option], message, { [option]: name });
}

async function matching(workspaceRoot: string, option: FileOption, name: string): Promise<string[]> {
  const pattern = posix.normalize(name);
  const expression = globExpression(pattern);
  if (!expression || pattern.startsWith('/') || pattern.startsWith('../')) {
    throw unknownPattern(option, name);
  }
  const files = await walk(workspaceRoot, globBase(pattern));
  const found = files.filter((file) => expression.test(file));
  if (found.length > 0) return found;
  if (FOREIGN_WILDCARDS.test(name)) throw unknownPattern(option, name);
  throw new UserError(
    PATTERN_ERRORS[option],
    `${option}: ${name} matches no file, apart from those that .gitignore or .nxignore leave out`,
    {
      [option]: name,
    },
  );
}

async function walk(workspaceRoot: string, directory: string): Promise<string[]> {
  const entries = await readdir(join(workspaceRoot, directory), { withFileTypes: true }).catch(() => []);
  const files: string[] = [];
  for (const entry of entries) {
    const path = posix.join(directory, entry.name);
    // A directory is skipped only if Nx sees no file in it.
    if (isIgnored(workspaceRoot, entry.isDirectory() ? `${path}/x` : path)) continue;
    if (entry.isDirectory()) files.push(...(await walk(workspaceRoot, path)));
    else files.push(path);
  }
  return files;
}
