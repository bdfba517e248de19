export { buildModule } from './build-module.js';
export { DEPMOD_FILES, runDepmod } from './depmod.js';
export { prepareKernel, requireModules } from './prepare-kernel.js';
export { MODULES_TAR, SYMBOL_VERSIONS } from './names.js';
export { archiveTreeModules, planTreeModules } from './tree-modules.js';
