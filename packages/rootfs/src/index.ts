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
export { readNewc } from './archives/newc-read.js';
export { writeInitramfs } from './archives/initramfs.js';
export { treeFromInitramfs } from './archives/initramfs-read.js';
export { hashTree } from './archives/hash.js';
export { lintTree } from './lint/lint.js';
export { DEFAULT_INIT, DEFAULT_USERS, type InitOptions } from './init/options.js';
export { BASE_DEVICES, BASE_DIRECTORIES, baseTree } from './init/base.js';
export { initPrograms, planInit } from './init/plan.js';
export {
  readKernelModules,
  readModuleFile,
  selectModules,
  type KernelModules,
  type ModuleFile,
} from './modules/select.js';
export { formatBusyboxIndex, parameterFiles } from './modules/settings.js';
