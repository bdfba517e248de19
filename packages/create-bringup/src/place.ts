import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '@bringup/process';
import { requireName } from './options.js';

/** Where a workspace is made. */
export interface Place {
  /** Absolute. */
  readonly path: string;
  readonly parent: string;
  readonly name: string;
  /** An empty directory is there already. */
  readonly exists: boolean;
}

/**
 * Looks at the place before anything is made there.
 *
 * @param directory as it was typed, relative to `cwd`; `.` is `cwd` itself
 * @throws UserError `INVALID_NAME`, `NOT_EMPTY`, `NO_DIRECTORY`, `INSIDE_WORKSPACE`, `UNSUITABLE_PATH`
 */
export function inspectPlace(directory: string, cwd: string): Place {
  const path = resolve(cwd, directory);
  const place: Place = { path, parent: dirname(path), name: basename(path), exists: existsSync(path) };
  requireName('directory', place.name);
  // create-nx-workspace writes the path into a line that a shell reads.
  if (!/^[\p{L}\p{N} /._+,:@~-]*$/u.test(path))
    throw new UserError(
      'UNSUITABLE_PATH',
      `${path}: npm's and Nx's scripts cannot stand its special characters`,
      { path },
    );
  if (place.exists && !statSync(path).isDirectory())
    throw new UserError('NOT_EMPTY', `${path} is a file. Choose another directory`, { path });
  if (place.exists && readdirSync(path).length > 0)
    throw new UserError('NOT_EMPTY', `${path} is not empty. Choose another directory, or empty it`, { path });
  if (!existsSync(place.parent))
    throw new UserError(
      'NO_DIRECTORY',
      `${place.parent} does not exist. Make it first, or choose another directory`,
      { path },
    );
  const workspace = workspaceAbove(place.parent);
  if (workspace) {
    const message = `${path} would lie in the Nx workspace ${workspace}. To have Bringup there: nx add @bringup/nx, then nx g @bringup/nx:board`;
    throw new UserError('INSIDE_WORKSPACE', message, { path, workspace });
  }
  return place;
}

function workspaceAbove(directory: string): string | undefined {
  if (existsSync(join(directory, 'nx.json'))) return directory;
  return dirname(directory) === directory ? undefined : workspaceAbove(dirname(directory));
}
