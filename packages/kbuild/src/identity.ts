/**
 * Hashes a user's own source tree. It has its own entry, `@bringup/kbuild/identity`, because Nx starts a process for it on every
 * command, and loading all of kbuild takes longer than looking at the 80,000 files of a kernel.
 */
import type { ProgramName } from './programs.js';
import { selectPart, type SourcePart } from './source-parts.js';
import { identifyTree } from './sources/tree-look.js';

export { bringupHome } from './sources/model.js';
export { namesCommit, scmState } from './sources/scm-state.js';
export type { ProgramName } from './programs.js';
export type { SourcePart } from './source-parts.js';

/**
 * The identity of what one reader of a program's tree reads, as `describeParts` has it, and whether git's status certainly shows a change.
 *
 * @param home the store's directory, which remembers the tree
 */
export async function identifyPart(
  directory: string,
  home: string,
  program: ProgramName,
  part: SourcePart,
): Promise<{ identity: string; isEdited: boolean }> {
  const selection = selectPart(program, part);
  const { identities, isEdited } = await identifyTree(directory, [selection], home);
  return { identity: identities.get(selection.key)!, isEdited };
}
