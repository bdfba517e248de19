export {
  bringupHome,
  type DebianPackageSpec,
  type DebianSourceSpec,
  type DirectorySpec,
  type GitSpec,
  type HostEntryFile,
  type LockedArchive,
  type LockedGit,
  type LockedSource,
  type OwnFiles,
  type SourceContext,
  type SourceFile,
  type SourceProgress,
  type SourceSpec,
  type SourceTree,
  type TarballSpec,
} from './model.js';
export { gitRef, gitUrls, type GitRef } from './git-address.js';
export { ensureSource, isSourceAvailable, lockedIdentity, presentSource, resolveSource } from './sources.js';
export { listStored, removeStored, type Stored, type StoredKind } from './stored.js';
export { describeDirectory } from './directory.js';
export { place } from './remembered-files.js';
export { namesCommit, scmState } from './scm-state.js';
export { listUnmerged } from './unmerged.js';
export { compareStates, lookAtTree } from './tree-look.js';
export type { FileSelection, TreeListing, TreeState } from './tree-files.js';
