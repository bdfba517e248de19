/**
 * The names and tables that the project graph is built from. They have their own entry, `@bringup/disk/graph`, because Nx loads
 * the graph for each command and each task, and the rest of this package takes longer to load than many tasks take to run.
 */
export { BOOT_LOADERS, type BootLoader } from './boot/boot-loader.js';
export { FILE_SYSTEMS, type FileSystemKind } from './file-systems/file-system-kinds.js';
export { DISK_FORMATS, type DiskFormat } from './formats/formats.js';
export { diskToolVersion, FAT_TOOLS } from './boot/tools.js';
