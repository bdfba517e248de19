import { createHash } from 'node:crypto';
import type { FileTree } from '../tree/file-tree.js';
import { newcBlocks } from './newc.js';

/**
 * The sha256 (64 hex digits) of everything that is in a tree: equal exactly when the uncompressed archives are,
 * in whatever order the entries were added.
 */
export async function hashTree(tree: FileTree): Promise<string> {
  const hash = createHash('sha256');
  for await (const block of newcBlocks(tree)) hash.update(block);
  return hash.digest('hex');
}
