/**
 * The names and tables for the graph of projects. They have their own entry, `@bringup/kbuild/graph`, because Nx loads the graph for each
 * command and each task, and the rest of this package takes longer to load than many tasks take to run.
 */
export { ARCHES, type Arch } from './programs/arches.js';
export { dtbName } from './build/dtbs.js';
export { GDB_SCRIPTS } from './build/gdb-scripts.js';
export { lockEntryPath } from './lock/lock-format.js';
export { MODULES_DEBUG_TAR, MODULES_TAR, SYMBOL_VERSIONS } from './module/names.js';
export { isSeries } from './patches/series-name.js';
export { programToolNames } from './program/settings.js';
export { KCONFIG_PROGRAMS, ubootFirmwareName, type ProgramName } from './programs/programs.js';
export type { SourcePart } from './sources/source-parts.js';
export { gitRef, gitUrls } from './sources/git-address.js';
export type { GitSpec } from './sources/model.js';
export { crossPrefix, staticLibraryPackage, toolchainOf, toolNames } from './make/toolchain.js';
