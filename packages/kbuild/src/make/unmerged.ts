import { ToolError } from '@bringup/process';
import { listUnmerged, type SourceTree } from '../sources/index.js';

/** With more than this, a message names the first ones. */
const SHOWN = 5;

/**
 * Adds to the failure of make or conf that files of the user's own source have conflicts: what the tool says of their markers is
 * seldom to the point.
 */
export async function nameUnmerged(
  error: unknown,
  { path, own }: Pick<SourceTree, 'path' | 'own'>,
): Promise<unknown> {
  if (!own || !(error instanceof ToolError) || error.code !== 'TOOL_FAILED') return error;
  const names = await listUnmerged(path).catch(() => []);
  if (names.length === 0) return error;
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  const message =
    `${error.message}\n${path} has unresolved conflicts in ${names.slice(0, SHOWN).join(', ')}${more}. ` +
    'Resolve them, or abort the merge or rebase (git status names the commands), and run the same command again.';
  return new ToolError(error.code, message, { ...error.fields, unmerged: names }, error);
}
