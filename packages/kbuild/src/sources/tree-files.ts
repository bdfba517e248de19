import type { FileIdentity } from './remembered-files.js';

/** Every file of a tree: name relative to it, in latin1 → mode and id of its content. */
export type TreeListing = Map<string, FileIdentity>;

/** Some files of a tree, by their names. */
export interface FileSelection {
  /** Another one for each set of names: what is remembered of a selection is filed under it. */
  readonly key: string;
  readonly has: (name: string) => boolean;
}

/** All files of a tree, as what differs from an index. */
export interface TreeState {
  /** The digest of the index. */
  readonly index: string;
  /** Files that differ from the index: name → the identity in the index. */
  readonly gone: readonly (readonly [string, FileIdentity])[];
  /** The files in their place, and files that the index does not have. */
  readonly now: readonly (readonly [string, FileIdentity])[];
}

/** Whether tracked files of a work tree differ from its index. */
export type TreeEdits = 'some' | 'none' | 'unknown';
