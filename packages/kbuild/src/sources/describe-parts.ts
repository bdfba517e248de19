import type { ProgramName } from '../programs/programs.js';
import { selectPart, type SourcePart } from './source-parts.js';
import { describeDirectory, type SourceTree } from './index.js';

/**
 * A user's own source tree as each of its readers sees it: identity and files are those of the part alone.
 *
 * @param home the store's directory, which remembers the tree
 * @throws UserError `SOURCE_MISSING`
 */
export async function describeParts<P extends SourcePart>(
  directory: string,
  home: string,
  program: ProgramName,
  parts: readonly P[],
): Promise<Readonly<Record<P, SourceTree>>> {
  const selections = parts.map((part) => selectPart(program, part));
  const trees = await describeDirectory(directory, home, selections);
  return Object.fromEntries(parts.map((part, index) => [part, trees[index]])) as Record<P, SourceTree>;
}
