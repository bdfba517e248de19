import { posix } from 'node:path';
import { UserError } from '@bringup/process';

/** A valid project name: one word, or a scoped npm name. A colon would separate project and target. */
const NAME = /^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/i;

/** @throws UserError `BAD_PROJECT_NAME` */
export function checkProjectName(name: string): void {
  if (NAME.test(name) && name.length <= 100) return;
  const message =
    `"${name}" is not a valid project name: it starts with a letter or a digit, goes on with letters, digits, ` +
    `., _ and -, and has 100 of them at most; a scope (@scope/name) may stand before it`;
  throw new UserError('BAD_PROJECT_NAME', message, { name });
}

/**
 * A directory of the workspace as an option gives it, without a slash at its end; '' is the workspace's root.
 *
 * @throws UserError `BAD_DIRECTORY` for one outside the workspace
 */
export function workspaceDirectory(given: string): string {
  const path = posix.normalize(given.trim() || '.').replace(/\/+$/, '');
  if (posix.isAbsolute(given) || path === '..' || path.startsWith('../') || /[\p{Cc}\\]/u.test(given)) {
    const message = `directory: "${given}" is not a directory of this workspace: give one relative to its root`;
    throw new UserError('BAD_DIRECTORY', message, { directory: given });
  }
  return path === '.' ? '' : path;
}
