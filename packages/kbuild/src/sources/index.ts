export {
  bringupHome,
  type DebianPackageSpec,
  type DebianSourceSpec,
  type DirectorySpec,
  type HostEntryFile,
  type LockedSource,
  type SourceContext,
  type SourceFile,
  type SourceProgress,
  type SourceSpec,
  type SourceTree,
  type TarballSpec,
} from './model.js';
export { ensureSource, isSourceAvailable, presentSource, resolveSource } from './sources.js';
export { treeHash } from './tree-hash.js';
