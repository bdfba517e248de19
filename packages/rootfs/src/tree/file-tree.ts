import { posix } from 'node:path';
import { UserError } from '@bringup/process';
import { describeEntry, normalizeEntry, normalizePath, type TreeEntry } from './entry.js';

/** Everything of a root file system as a list; no file system has to hold it, so neither root nor mknod is needed. */
export class FileTree {
  readonly #entries = new Map<string, TreeEntry>();
  /** Every path that something lies below. Nothing is ever removed, so it only grows. */
  readonly #parents = new Set<string>();

  /**
   * Adds an entry. The later one wins; a directory over a directory only replaces its mode and owner.
   *
   * @throws UserError `BAD_PATH`, `BAD_ENTRY`; `TREE_CONFLICT` when a non-directory would hide what lies below
   * a directory, when the entry lies below a non-directory, and for a directory over a symlink
   */
  add(entry: TreeEntry): this {
    const added = normalizeEntry(entry);
    this.#claimParents(added);
    if (added.type !== 'directory' && this.#parents.has(added.path)) throw this.#hidesChildren(added);
    const existing = this.#entries.get(added.path);
    // An overlay's `bin/` on a tree whose bin is a symlink would make everything behind the link vanish.
    if (added.type === 'directory' && existing?.type === 'symlink') throw conflict(added.path, existing);
    this.#entries.set(added.path, added);
    return this;
  }

  /** Adds every entry of `other`, which wins. */
  merge(other: FileTree): this {
    for (const path of sortBytewise([...other.#entries.keys()])) this.add(other.#entries.get(path)!);
    return this;
  }

  /** The entry at a path; a directory that only follows from what lies below it counts. */
  get(path: string): TreeEntry | undefined {
    const normalized = normalizePath(path);
    const entry = this.#entries.get(normalized);
    if (entry || !this.#parents.has(normalized)) return entry;
    return { path: normalized, type: 'directory', mode: 0o755, uid: 0, gid: 0 };
  }

  /** All entries in the order of their paths' bytes, parents first; missing parents are 0755, root's. */
  entries(): TreeEntry[] {
    const paths = new Set([...this.#entries.keys(), ...this.#parents]);
    return sortBytewise([...paths]).map((path) => this.get(path)!);
  }

  #claimParents(added: TreeEntry): void {
    const claimed: string[] = [];
    for (let path = posix.dirname(added.path); path !== '.'; path = posix.dirname(path)) {
      if (this.#parents.has(path)) break; // Then so are those above it.
      const parent = this.#entries.get(path);
      if (parent && parent.type !== 'directory') throw conflict(added.path, parent);
      claimed.push(path);
    }
    for (const path of claimed) this.#parents.add(path);
  }

  #hidesChildren(added: TreeEntry): UserError {
    const below = this.entries().find((entry) => entry.path.startsWith(`${added.path}/`));
    const message = `${added.path} cannot become a ${describeEntry(added)}: it is a directory that holds ${below?.path}`;
    return new UserError('TREE_CONFLICT', message, { path: added.path, other: below?.path });
  }
}

/** The error for an entry at `path` when `other`, a non-directory, is in its way. */
function conflict(path: string, other: TreeEntry): UserError {
  let message = `${path} cannot be added: ${other.path} is a ${describeEntry(other)}, not a directory`;
  if (other.type === 'symlink') {
    const target = posix.join('/', posix.dirname(other.path), other.target);
    const place = other.target.startsWith('/') ? posix.normalize(other.target) : target;
    message += `. Use the symlink's target path instead: ${place.slice(1)}${path.slice(other.path.length)}`;
  }
  return new UserError('TREE_CONFLICT', message, { path, other: other.path });
}

/** Sorts by UTF-8 bytes, which is not the order of JavaScript's strings (UTF-16 code units). */
function sortBytewise(paths: string[]): string[] {
  const keys = new Map(paths.map((path) => [path, Buffer.from(path).toString('latin1')]));
  return paths.sort((a, b) => (keys.get(a)! < keys.get(b)! ? -1 : 1));
}
