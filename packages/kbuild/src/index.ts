export { findArtifactFault, type ArtifactFault } from './artifact-check.js';
export { ARCH_NAMES, ARCHES, type Arch, type ArchFacts } from './arches.js';
export { build, type BuildRequest } from './build.js';
export { type BaseConfig } from './base.js';
export {
  formatCompileCommands,
  mergeCompileCommands,
  readCompileCommands,
  type CompileCommand,
} from './compile-commands.js';
export { configure, readBase, type Configuration, type ConfigureRequest } from './configure.js';
export { checkDtbs, dtbName, planDtbs, type ExtraArtifacts } from './dtbs.js';
export { checkDecompressor, EMBEDDED_INITRAMFS, EMBEDDED_INITRAMFS_LINES } from './embedded-initramfs.js';
export { archiveGdbScripts, GDB_SCRIPTS } from './gdb-scripts.js';
export { type FragmentReference } from './fragments.js';
export { runConfigEditor, saveDefconfig, type ConfigEditor } from './editor.js';
export { readKconfigTree } from './kconfig-tree.js';
export { resolveAside } from './resolve.js';
export { readFragments } from './fragments.js';
export { buildLog } from './kept-output/index.js';
export { archiveInstallTree, type InstallRequest } from './install-tree.js';
export * from './lock/index.js';
export {
  ccacheDirectory,
  DEBUG_SOURCE_PREFIX,
  DEBUG_WORKSPACE_PREFIX,
  planMake,
  type MakeSetting,
} from './make.js';
export * from './module/index.js';
export {
  invalidate,
  isPublished,
  manifestPath,
  publish,
  publishText,
  readManifest,
  type Manifest,
} from './manifest.js';
export * from './program/index.js';
export { showProgress, type Progress } from './progress.js';
export { KCONFIG_PROGRAMS, UBOOT_IMAGE, type KconfigProgram, type ProgramName } from './programs.js';
export { buildRecipe, configRecipe, recipeOf, type CommonIngredients, type Recipe } from './recipe.js';
export { describeParts } from './describe-parts.js';
export { selectPart, SOURCE_PARTS, type SourcePart } from './source-parts.js';
export * from './sources/index.js';
export {
  compareTools,
  crossPrefix,
  describeToolDifferences,
  probeTools,
  staticLibraryPackage,
  toolchainOf,
  toolNames,
  type Toolchain,
  type ToolDifference,
  type ToolVersions,
} from './toolchain.js';
