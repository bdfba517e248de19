export { FILE_SYSTEMS, type FileSystemKind } from './file-system-kinds.js';
export { writeFileSystem, type FileSystemOptions } from './file-system.js';
export { formatSize, parseSize } from './size.js';
export { diskToolVersion, FAT_TOOLS } from './tools.js';
export {
  ALIGNMENT,
  PARTITION_TYPES,
  planTable,
  type PartitionPlan,
  type PlacedPartition,
  type TableKind,
  type TablePlan,
} from './partitions.js';
export { writeDisk, type DiskOptions, type PartitionContent } from './disk.js';
export {
  convertDisk,
  createDisk,
  DISK_FORMATS,
  inspectDisk,
  type DiskFormat,
  type DiskInfo,
} from './formats.js';
export { formatExtlinux, type ExtlinuxOptions } from './extlinux.js';
export { UBOOT_ARCHES, writeBootScript, writeUramdisk, type UbootImageOptions } from './uboot.js';
export { listPartitions, type FoundPartition } from './inspect.js';
export { BOOT_LOADERS, bootLoaderFiles, LOADER_ARCHES, type BootLoader } from './boot-loader.js';
export { formatBootScript, SCRIPT_ARCHES, type BootEntry, type FitEntry } from './boot-script.js';
export { writeIso, type IsoOptions } from './iso.js';
export {
  openPartition,
  type DiskPlace,
  type OpenPartition,
  type ReadableFileSystem,
} from './look/partition.js';
export type { FileAttributes, FileEntry, FileType } from './look/entry.js';
export { listFiles, type ListOptions } from './look/list.js';
export { copyOut, readFile, type CopiedOut, type CopyOutOptions } from './look/copy-out.js';
export { copyIn } from './look/copy-in.js';
export { formatEntries } from './look/format.js';
export { writeFit, type FitOptions, type FitSigning } from './fit.js';
export { checkFitKey, fitKeyFiles, type FitKey } from './fit-key.js';
export {
  FIT_ALGORITHMS,
  FIT_ARCHES,
  formatIts,
  type FitAlgorithm,
  type FitArch,
  type FitCompression,
  type FitSource,
} from './fit-source.js';
