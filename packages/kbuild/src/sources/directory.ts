import { realpath, stat } from 'fs-extra';
import { UserError } from '@bringup/process';
import type { SourceTree } from './model.js';
import { DEFAULT_EPOCH } from './store.js';
import { hashOfListing, listTree, type TreeListing } from './tree-hash.js';

/**
 * The user's own tree, as it is now. Its files' times are those of a checkout and say nothing, hence one date for all.
 *
 * @throws UserError `SOURCE_MISSING`
 */
export async function describeDirectory(directory: string, home: string): Promise<SourceTree> {
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new UserError(
      'SOURCE_MISSING',
      `the source directory ${directory} ${found ? 'is not a directory' : 'does not exist'}`,
      { path: directory },
    );
  }
  const look = () => listTree(directory, home);
  return ownTree(await realpath(directory), await look(), look);
}

/** A source tree of these files. Its identity is computed when it is asked for: the whole of a kernel takes a while. */
export function ownTree(path: string, files: TreeListing, look: () => Promise<TreeListing>): SourceTree {
  let identity: string | undefined;
  return {
    path,
    get identity() {
      return (identity ??= hashOfListing(files));
    },
    epoch: DEFAULT_EPOCH,
    own: { files, look },
  };
}
