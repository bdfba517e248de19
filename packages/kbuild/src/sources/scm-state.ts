import { readGit } from './git.js';

/** Whether a `.config` puts the state of the source's repository into the release (`uname -r`). */
export function namesCommit(config: string): boolean {
  return /^CONFIG_LOCALVERSION_AUTO=y$/m.test(config);
}

/**
 * The state of a tree's repository that scripts/setlocalversion puts into the release: the commit, the nearest tag, and whether a
 * tracked file differs from the commit.
 *
 * @param isEdited whether a look at the tree has shown that a tracked file differs: git status is then not run
 * @returns undefined where the tree is no repository of its own, or has no commit
 */
export async function scmState(
  directory: string,
  isEdited: boolean | Promise<boolean> = false,
): Promise<string | undefined> {
  const [above, commit, description, isDirty] = await Promise.all([
    readGit(directory, ['rev-parse', '--show-cdup']),
    readGit(directory, ['rev-parse', '--verify', 'HEAD']),
    readGit(directory, ['describe', '--tags', '--always', '--long', '--abbrev=40']),
    Promise.resolve(isEdited).then((known) => known || hasChanges(directory)),
  ]);
  // setlocalversion asks only a repository whose top directory is the tree.
  if (commit === undefined || above === undefined || above.toString().trim() !== '') return undefined;
  return [commit, description].map((text) => String(text ?? '').trim()).join(' ') + (isDirty ? ' dirty' : '');
}

async function hasChanges(directory: string): Promise<boolean> {
  const status = await readGit(directory, ['status', '--porcelain', '--untracked-files=no']);
  return status !== undefined && status.length > 0;
}
