export { ARCHES, BOOT_PATHS, defaultBoardName, type Arch } from './boards.js';
export { bootCommand, create, type Surroundings } from './create.js';
export { parseArguments, withDefaults, type Arguments, type Choice, type PackageManager } from './options.js';
