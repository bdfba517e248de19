export { type FileContent, type TreeEntry } from './tree/entry.js';
export { FileTree } from './tree/file-tree.js';
export { treeFromDirectory } from './tree/directory.js';
export { treeFromTar } from './archives/tar-read.js';
export { writeTar } from './archives/tar-write.js';
export {
  COMPRESSIONS,
  compressionTool,
  compressionToolVersion,
  type Compression,
} from './archives/compression.js';
export { writeNewc } from './archives/newc.js';
export { readNewc, type NewcEntry } from './archives/newc-read.js';
export { writeInitramfs, type InitramfsOptions } from './archives/initramfs.js';
export { treeFromInitramfs } from './archives/initramfs-read.js';
export { hashTree } from './archives/hash.js';
export { lintTree } from './lint/lint.js';
export { type TreeProblem } from './lint/tree-problem.js';
export {
  DEFAULT_GROUPS,
  DEFAULT_INIT,
  DEFAULT_MOUNTS,
  DEFAULT_USERS,
  INIT_STYLES,
  type Group,
  type InitOptions,
  type InitStyle,
  type Mount,
  type UserAccount,
} from './init/options.js';
export { BASE_DEVICES, BASE_DIRECTORIES, baseTree, consoleDevice, type DeviceNode } from './init/base.js';
export { initPrograms, planInit } from './init/plan.js';
export { moduleName, readModinfo, type Modinfo } from './modules/modinfo.js';
export {
  readKernelModules,
  readModuleFile,
  selectModules,
  type KernelModules,
  type ModuleFile,
} from './modules/select.js';
export { formatBusyboxIndex, parameterFiles, type ParameterValue } from './modules/settings.js';
