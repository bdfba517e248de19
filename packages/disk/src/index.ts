export { FILE_SYSTEMS, writeFileSystem, type FileSystemKind, type FileSystemOptions } from './file-system.js';
export { formatSize, parseSize } from './size.js';
export { diskToolVersion, FAT_DISK_TOOLS } from './tools.js';
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
export { convertDisk, DISK_FORMATS, inspectDisk, type DiskFormat, type DiskInfo } from './formats.js';
export {
  formatExtlinux,
  UBOOT_ARCHES,
  writeBootScript,
  writeUramdisk,
  type ExtlinuxOptions,
  type UbootImageOptions,
} from './uboot.js';
export { listPartitions, type FoundPartition } from './inspect.js';
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
