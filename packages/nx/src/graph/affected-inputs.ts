import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';

/** The start of a file input's name. */
const FILE = '{workspaceRoot}/';

/**
 * The git submodules that hold files which targets read. A commit that moves a submodule names the submodule and not its
 * files, so `nx affected` lists the project only if the submodule is an input. It is not a file, so Nx hashes nothing for it.
 */
export function submoduleInputs(
  targets: Readonly<Record<string, TargetConfiguration>>,
  workspaceRoot: string,
): string[] {
  const submodules = submodulePaths(workspaceRoot);
  if (submodules.length === 0) return [];
  const read = Object.values(targets)
    .flatMap(({ inputs }) => inputs ?? [])
    .flatMap((input) =>
      typeof input === 'string' && input.startsWith(FILE) ? [input.slice(FILE.length)] : [],
    );
  return submodules
    .filter((submodule) => read.some((path) => path.startsWith(`${submodule}/`)))
    .map((submodule) => `${FILE}${submodule}`);
}

/** The directories of the workspace's submodules, as `.gitmodules` has them. */
function submodulePaths(workspaceRoot: string): string[] {
  let text: string;
  try {
    text = readFileSync(join(workspaceRoot, '.gitmodules'), 'utf8');
  } catch {
    return []; // Most workspaces have none.
  }
  return [...text.matchAll(/^[ \t]*path[ \t]*=[ \t]*"?([^"\n]*?)"?[ \t]*\r?$/gm)].map((match) =>
    posix.normalize(match[1]!).replace(/\/$/, ''),
  );
}
