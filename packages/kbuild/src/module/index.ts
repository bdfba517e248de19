export { buildModule, type BuiltModule, type ModuleRequest } from './build-module.js';
export { DEPMOD_FILES, runDepmod } from './depmod.js';
export { prepareKernel, requireModules, type PrepareRequest } from './prepare-kernel.js';
export { MODULES_DEBUG_TAR, MODULES_TAR, SYMBOL_VERSIONS } from './names.js';
export { archiveTreeModules, hasModules, planTreeModules } from './tree-modules.js';
