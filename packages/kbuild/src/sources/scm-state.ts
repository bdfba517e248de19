import { readGit } from './git.js';

/** Whether a `.config` puts the state of the source's repository into the release (`uname -r`). */
export function namesCommit(config: string): boolean {
  return /^CONFIG_LOCALVERSION_AUTO=y$/m.test(config);
}

/**
 * The state of a tree's repository that scripts/setlocalversion puts into the release: the commit, the nearest tag, and whether a
 * tracked file differs from the commit.
 *
 * @returns undefined where the tree is no repository of its own, or has no commit
 */
export async function scmState(directory: string): Promise<string | undefined> {
  const [above, commit, description, status] = await Promise.all([
    readGit(directory, ['rev-parse', '--show-cdup']),
    readGit(directory, ['rev-parse', '--verify', 'HEAD']),
    readGit(directory, ['describe', '--tags', '--always', '--long', '--abbrev=40']),
    readGit(directory, ['status', '--porcelain', '--untracked-files=no']),
  ]);
  // setlocalversion asks only a repository whose top directory is the tree.
  if (commit === undefined || above === undefined || above.toString().trim() !== '') return undefined;
  const isDirty = status !== undefined && status.length > 0;
  return [commit, description].map((text) => String(text ?? '').trim()).join(' ') + (isDirty ? ' dirty' : '');
}
