import { realpath, stat } from 'fs-extra';
import { UserError } from '@bringup/process';
import { takeLook } from './early-look.js';
import type { SourceTree } from './model.js';
import { DEFAULT_EPOCH } from './store.js';
import { identifyTree, lookAtTree, type TreeLook } from './tree-look.js';
import type { FileSelection } from './tree-files.js';

/**
 * The user's own tree as it is now, as the reader of each selection sees it: identity and files are those of the selection alone. Its
 * files' times are those of a checkout and say nothing, hence one date for all.
 *
 * @param home the store's directory, which remembers the tree
 * @throws UserError `SOURCE_MISSING`, `SOURCE_UNREADABLE`
 */
export async function describeDirectory(
  directory: string,
  home: string,
  selections: readonly FileSelection[],
): Promise<SourceTree[]> {
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new UserError(
      'SOURCE_MISSING',
      `the source directory ${directory} ${found ? 'is not a directory' : 'does not exist'}`,
      { path: directory },
    );
  }
  const path = await realpath(directory);
  const look = await readable(lookAtTree(directory, selections, home, takeLook(path)));
  return selections.map((selection) => {
    const { identity, files } = select(look, selection);
    const again = async () => {
      // Most of the time nothing has changed, and a list of all files would only say so.
      const now = await readable(identifyTree(directory, [selection], home));
      if (now.identities.get(selection.key) === identity) return { identity, files, state: now.state };
      const other = await readable(lookAtTree(directory, [selection], home));
      return { ...select(other, selection), state: other.state };
    };
    const { state, edits } = look;
    return { path, identity, epoch: DEFAULT_EPOCH, own: { files, state, selection, edits, look: again } };
  });
}

async function readable<T>(look: Promise<T>): Promise<T> {
  return look.catch((error: unknown) => {
    const { code, path } = error as { code?: string; path?: string };
    if (path === undefined || !['EACCES', 'EPERM', 'EIO'].includes(code!)) throw error;
    const message = `cannot read ${path} (${code}); the build depends on it. Make it readable for this user: chmod or chown`;
    throw new UserError('SOURCE_UNREADABLE', message, { path, code }, error);
  });
}

function select({ identities, files }: TreeLook, { key, has }: FileSelection) {
  return { identity: identities.get(key)!, files: () => new Map([...files()].filter(([name]) => has(name))) };
}

/** Every file of a tree. */
export const ALL_FILES: FileSelection = { key: 'all', has: () => true };
