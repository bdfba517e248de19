import { readGit } from './git.js';
import type { TreeEdits } from './tree-files.js';

/** Whether a `.config` puts the state of the source's repository into the release (`uname -r`). */
export function namesCommit(config: string): boolean {
  return /^CONFIG_LOCALVERSION_AUTO=y$/m.test(config);
}

/**
 * The state of a tree's repository that scripts/setlocalversion puts into the release: the commit, the nearest tag, and whether a
 * tracked file differs from the commit.
 *
 * @param edits what a look at the tree has shown: where it is sure, git need not look again
 * @returns undefined if the tree is not a repository of its own, or has no commit
 */
export async function scmState(
  directory: string,
  edits: TreeEdits | Promise<TreeEdits> = 'unknown',
): Promise<string | undefined> {
  const [above, commit, description, isDirty] = await Promise.all([
    readGit(directory, ['rev-parse', '--show-cdup']),
    readGit(directory, ['rev-parse', '--verify', 'HEAD']),
    readGit(directory, ['describe', '--tags', '--always', '--long', '--abbrev=40']),
    Promise.resolve(edits).then((known) => known === 'some' || hasChanges(directory, known)),
  ]);
  // setlocalversion asks only a repository whose top directory is the tree.
  if (commit === undefined || above === undefined || above.toString().trim() !== '') return undefined;
  return [commit, description].map((text) => String(text ?? '').trim()).join(' ') + (isDirty ? ' dirty' : '');
}

async function hasChanges(directory: string, edits: TreeEdits): Promise<boolean> {
  if (edits === 'none') {
    const staged = await readGit(directory, [
      'diff-index',
      '--cached',
      '--raw',
      '--ignore-submodules=none',
      'HEAD',
      '--',
    ]);
    return staged !== undefined && staged.length > 0;
  }
  const status = await readGit(directory, ['status', '--porcelain', '--untracked-files=no']);
  return status !== undefined && status.length > 0;
}
