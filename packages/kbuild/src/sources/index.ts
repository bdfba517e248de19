export {
  bringupHome,
  type GitSpec,
  type LockedGit,
  type LockedSource,
  type OwnFiles,
  type SourceContext,
  type SourceSpec,
  type SourceTree,
} from './model.js';
export { gitRef, gitUrls } from './git-address.js';
export { UPDATE_COMMAND } from './update-command.js';
export { ensureSource, isSourceAvailable, lockedIdentity, presentSource, resolveSource } from './sources.js';
export { listStored, removeStored, type StoredKind } from './stored.js';
export { describeDirectory } from './directory.js';
export { walk } from './behind-links.js';
export { place } from './remembered-files.js';
export { namesCommit, scmState } from './scm-state.js';
export { listUnmerged } from './unmerged.js';
export { compareStates } from './tree-look.js';
export type { TreeListing, TreeState } from './tree-files.js';
