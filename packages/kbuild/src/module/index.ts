export { buildModule, type BuiltModule, type ModuleRequest } from './build-module.js';
export { DEPMOD_FILES, runDepmod } from './depmod.js';
export { prepareKernel, requireModules, type PrepareRequest } from './prepare-kernel.js';
export {
  archiveTreeModules,
  hasModules,
  MODULES_DEBUG_TAR,
  MODULES_TAR,
  planTreeModules,
  SYMBOL_VERSIONS,
} from './tree-modules.js';
