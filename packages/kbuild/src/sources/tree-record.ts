import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { RememberedDirectories } from './remembered-directories.js';

/** Where the store keeps what it remembers of a tree; scripts/source-hash.sh knows it as well. */
export function recordOf(home: string, directory: string): string {
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 32);
  return join(home, 'trees', name);
}

/**
 * The remembered directories of a tree, once for git's own index and once for Bringup's index of a directory without git.
 *
 * @param top the tree's real path, in latin1
 */
export function rememberedDirectories(
  top: string,
  record: string,
): Record<'ofGit' | 'ofPlainIndex', RememberedDirectories> {
  const root = Buffer.from(top, 'latin1');
  return {
    ofGit: new RememberedDirectories(root, join(record, 'directories.json')),
    ofPlainIndex: new RememberedDirectories(root, join(record, 'plain-directories.json')),
  };
}
