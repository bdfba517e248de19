import type { TreeEntry } from './entry.js';
import type { FileTree } from './file-tree.js';

/** linux/namei.h: MAXSYMLINKS. */
const MAX_SYMLINKS = 40;

/** Where a path leads inside a tree: to an entry other than a symlink, or to nothing. */
type Resolution =
  | { found: true; path: string; entry: TreeEntry | undefined }
  | { found: false; missing: string; links: number };

/**
 * Follows a path as the booted system would: absolute targets start at the tree's root, `..` stops there.
 * The root itself resolves without an entry.
 */
export function resolveInTree(tree: FileTree, path: string): Resolution {
  const pending = path.split('/');
  const resolved: string[] = [];
  let entry: TreeEntry | undefined;
  let links = 0;
  while (pending.length > 0) {
    const component = pending.shift()!;
    if (component === '' || component === '.') continue;
    if (component === '..') {
      resolved.pop();
      entry = resolved.length > 0 ? tree.get(resolved.join('/')) : undefined;
      continue;
    }
    const here = [...resolved, component].join('/');
    entry = entry && entry.type !== 'directory' ? undefined : tree.get(here);
    if (!entry || links > MAX_SYMLINKS) return { found: false, missing: `/${here}`, links };
    if (entry.type !== 'symlink') {
      resolved.push(component);
      continue;
    }
    links += 1;
    pending.unshift(...entry.target.split('/'));
    if (entry.target.startsWith('/')) resolved.length = 0;
    entry = resolved.length > 0 ? tree.get(resolved.join('/')) : undefined;
  }
  return { found: true, path: resolved.join('/'), entry };
}
