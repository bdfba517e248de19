import { join } from 'node:path';
import { runProgram } from '@bringup/process';
import { isIgnored } from './ignored.js';
import type { Declaration } from './declaration.js';
import { ignoreLine, innerSources, isLink, type InnerSource } from './source-directories.js';

/**
 * Whether the workspace's own repository tracks the files of a source directory. `nx affected` compares their names, and
 * leaves out those that `.nxignore` names.
 */
export async function isTracked(workspaceRoot: string, path: string): Promise<boolean> {
  // Every source tree has one; of a submodule git lists only the directory.
  const argv = [
    'git',
    '--literal-pathspecs',
    '-C',
    workspaceRoot,
    'ls-files',
    '--',
    join(path, 'Makefile'),
  ] as const;
  const listed = await runProgram(argv).catch(() => ({ stdout: '' })); // Without git, or a repository.
  return listed.stdout !== '';
}

/** Source directories whose files Nx lists and hashes for every command, a sentence with a remedy for each. */
export async function describeWalkedSources(
  workspaceRoot: string,
  declarations: readonly Declaration[],
): Promise<string[]> {
  const sources = innerSources(workspaceRoot, declarations).filter(
    ({ path }) => !isLink(workspaceRoot, path) && !isIgnored(workspaceRoot, `${path}/Makefile`),
  );
  return Promise.all(
    sources.map(async (source) =>
      describeWalked(source, source.declared.length === 0 && (await isTracked(workspaceRoot, source.path))),
    ),
  );
}

/** @param tracked by the workspace's own repository */
export function describeWalked({ path, users, declared }: InnerSource, tracked: boolean): string {
  const fact = `${path}, the source of ${users.join(', ')}, is not in .nxignore: every nx command looks at all of its files`;
  const line = ignoreLine(path);
  if (declared.length > 0)
    return `${fact}. The project ${declared[0]} is declared in it. Move its project.json to another directory, and add the line ${line} to .nxignore`;
  if (tracked)
    return `${fact}. This repository tracks them, and "nx affected" would not see their changes if it were. If you do not need that, add the line ${line} to .nxignore`;
  return `${fact}. Add the line ${line} to .nxignore, or run "nx g @bringup/nx:init"`;
}
