export { type FileContent, type TreeEntry } from './entry.js';
export { FileTree } from './file-tree.js';
export { treeFromDirectory } from './directory.js';
export { treeFromTar } from './tar-read.js';
export { writeTar } from './tar-write.js';
export { COMPRESSIONS, compressionTool, compressionToolVersion, type Compression } from './compression.js';
export { writeNewc } from './newc.js';
export { readNewc, type NewcEntry } from './newc-read.js';
export { writeInitramfs, type InitramfsOptions } from './initramfs.js';
export { treeFromInitramfs } from './initramfs-read.js';
export { hashTree } from './hash.js';
export { lintTree, type TreeProblem } from './lint.js';
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
