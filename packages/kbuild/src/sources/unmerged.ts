import { readGit, splitNames } from './git.js';

/** The files of a directory that git has in conflict, relative to it: in a merge, a rebase, a cherry-pick or after `stash pop`. */
export async function listUnmerged(directory: string): Promise<string[]> {
  const listed = await readGit(directory, ['ls-files', '--unmerged', '-z', '--', '.']);
  // `100644 d670460b… 1\tMakefile`, once for each side: git-ls-files(1).
  const names = splitNames(listed ?? Buffer.alloc(0)).map((line) => line.slice(line.indexOf('\t') + 1));
  return [...new Set(names)].map((name) => Buffer.from(name, 'latin1').toString());
}
