export { findArtifactFault, type ArtifactFault } from './artifacts/artifact-check.js';
export { ARCHES, type Arch } from './programs/arches.js';
export { build } from './build/build.js';
export { type BaseConfig } from './configuration/base.js';
export {
  formatCompileCommands,
  mergeCompileCommands,
  readCompileCommands,
  type CompileCommand,
} from './build/compile-commands.js';
export { configure, readBase } from './configuration/configure.js';
export { checkDtbs, dtbName, planDtbs, type ExtraArtifacts } from './build/dtbs.js';
export {
  checkDecompressor,
  EMBEDDED_INITRAMFS,
  EMBEDDED_INITRAMFS_LINES,
} from './build/embedded-initramfs.js';
export { archiveGdbScripts, GDB_SCRIPTS } from './build/gdb-scripts.js';
export { type FragmentReference } from './configuration/fragments.js';
export { runConfigEditor, saveDefconfig } from './configuration/editor.js';
export { isUnreadable, readKconfigTree } from './configuration/kconfig-tree.js';
export { resolveAside } from './configuration/resolve.js';
export { readFragments } from './configuration/fragments.js';
export { buildLog } from './kept-output/index.js';
export { archiveInstallTree } from './build/install-tree.js';
export * from './lock/index.js';
export { ccacheDirectory, DEBUG_SOURCE_PREFIX, planMake, type MakeSetting } from './make/make.js';
export * from './module/index.js';
export {
  invalidate,
  isPublished,
  manifestPath,
  publish,
  publishText,
  readManifest,
} from './artifacts/manifest.js';
export * from './patches/index.js';
export * from './program/index.js';
export { showProgress, type Progress } from './make/progress.js';
export {
  KCONFIG_PROGRAMS,
  ubootFirmwareName,
  type KconfigProgram,
  type ProgramName,
} from './programs/programs.js';
export { readTreeVersion } from './programs/tree-version.js';
export { buildRecipe, configRecipe, recipeOf, type CommonIngredients } from './artifacts/recipe.js';
export { describeParts } from './sources/describe-parts.js';
export { selectPart, SOURCE_PARTS, type SourcePart } from './sources/source-parts.js';
export * from './sources/index.js';
export {
  compareTools,
  crossPrefix,
  describeToolDifferences,
  probeTools,
  toolchainOf,
  toolNames,
  type ToolDifference,
  type ToolVersions,
} from './make/toolchain.js';
