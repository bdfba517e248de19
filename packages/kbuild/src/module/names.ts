/** The table of exported symbols and their versions, which a kernel with `CONFIG_MODULES=y` publishes beside its image. */
export const SYMBOL_VERSIONS = 'Module.symvers';
/** `lib/modules/RELEASE` of the kernel's own modules, without debug information, as `make modules_install` leaves it. */
export const MODULES_TAR = 'modules.tar';
/** The same modules with debug information, where the kernel has any. */
export const MODULES_DEBUG_TAR = 'modules.debug.tar';
