/**
 * Hashes a user's own source tree. It has its own entry, `@bringup/kbuild/identity`, because Nx starts a process for it on every
 * command, and loading all of kbuild takes longer than looking at the 80,000 files of a kernel.
 */
import type { ProgramName } from './programs/programs.js';
import { selectPart, type SourcePart } from './sources/source-parts.js';
import type { EarlyLook } from './sources/git-look.js';
import type { TreeEdits } from './sources/tree-files.js';
import { identifyTree } from './sources/tree-look.js';
import { forgetAnswer, keepAnswer, type Answer } from './sources/unchanged-part.js';

export { beginLook } from './sources/early-look.js';
export { bringupHome } from './sources/model.js';
export { namesCommit, scmState } from './sources/scm-state.js';
export type { ProgramName } from './programs/programs.js';
export { DIFF_FILES, EXACT } from './sources/git-look.js';
export type { SourcePart } from './sources/source-parts.js';
export type { TreeEdits } from './sources/tree-files.js';

/**
 * The identity of what one reader of a program's tree reads, as `describeParts` has it, and what is known of edits.
 *
 * @param home the store's directory, which remembers the tree
 * @param early of the directory
 */
export async function identifyPart(
  directory: string,
  home: string,
  program: ProgramName,
  part: SourcePart,
  early?: EarlyLook,
): Promise<{ identity: string; edits: TreeEdits }> {
  const selection = selectPart(program, part);
  const { identities, edits } = await identifyTree(directory, [selection], home, early);
  return { identity: identities.get(selection.key)!, edits };
}

/** {@link keepAnswer} about what conf reads of a program's tree. The other parts have so many files that asking git is as fast. */
export async function keepConfigAnswer(
  directory: string,
  home: string,
  program: ProgramName,
  answer: Omit<Answer, 'selection'>,
): Promise<void> {
  const selection = selectPart(program, 'config');
  await keepAnswer(directory, home, answerName(program), { ...answer, selection });
}

/** For a task that finds another identity than the one that was kept: the next command looks again. */
export async function forgetConfigAnswer(
  directory: string,
  home: string,
  program: ProgramName,
): Promise<void> {
  await forgetAnswer(directory, home, answerName(program));
}

const answerName = (program: ProgramName) => `${program}-config`;
