import { readJson, writeJson } from '@nx/devkit';
import { posix } from 'node:path';
import { UserError } from '@bringup/process';
import type { Declaration } from '../workspace/declaration.js';
import type { GeneratedWorkspace } from './workspace.js';

type Options = Record<string, unknown>;

interface Target {
  options?: Options;
  configurations?: Record<string, Options>;
}

/**
 * Changes what a project declares, as it stands in its project.json: with Nx's tokens.
 *
 * @throws UserError `NO_PROJECT_JSON` for a project that is declared elsewhere
 */
export function changeDeclared(
  { tree }: GeneratedWorkspace,
  { project, root, target }: Declaration,
  change: (declared: Target & { options: Options }) => void,
): void {
  const path = posix.join(root, 'project.json');
  const json = tree.exists(path)
    ? readJson<{ targets?: Record<string, Target> }>(tree, path)
    : { targets: undefined };
  const declared = json.targets?.[target];
  if (!declared) {
    const message = `${project} does not declare its target ${target} in ${path}: a generator changes nothing else. Edit it by hand`;
    throw new UserError('NO_PROJECT_JSON', message, { project, path });
  }
  declared.options ??= {};
  change(declared as Target & { options: Options });
  writeJson(tree, path, json);
}

/** A list option with one item more; what is in it already is not added. */
export function appended<T>(list: unknown, item: T, same: (other: T) => boolean): T[] {
  const items = Array.isArray(list) ? (list as T[]) : [];
  return items.some(same) ? items : [...items, item];
}
