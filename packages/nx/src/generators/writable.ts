import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Tree } from '@nx/devkit';
import { UserError } from '@bringup/process';

/**
 * Nx writes file after file: one that cannot be written would leave half of a project.
 *
 * @param mayWrite throws where this user may not; for tests
 * @throws UserError `NOT_WRITABLE`
 */
export function requireWritable(
  { root, listChanges }: Pick<Tree, 'root' | 'listChanges'>,
  mayWrite = (path: string) => accessSync(path, constants.W_OK),
): void {
  for (const { path } of listChanges()) {
    const place = nearestExisting(join(root, path));
    try {
      mayWrite(place);
    } catch (cause) {
      const message = `${path} cannot be written: this user may not write to ${place}. Nothing was changed`;
      throw new UserError('NOT_WRITABLE', message, { path, place }, cause);
    }
  }
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}
