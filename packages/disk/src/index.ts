export { FILE_SYSTEMS, type FileSystemKind } from './file-systems/file-system-kinds.js';
export { writeFileSystem } from './file-systems/file-system.js';
export type { FileSystemOptions } from './file-systems/file-system-options.js';
export { formatSize, parseSize } from './common/size.js';
export { diskToolVersion, FAT_TOOLS } from './boot/tools.js';
export {
  ALIGNMENT,
  PARTITION_TYPES,
  planTable,
  type PartitionPlan,
  type PlacedPartition,
  type TableKind,
  type TablePlan,
} from './partitions/partitions.js';
export { writeDisk, type DiskOptions, type PartitionContent } from './partitions/disk.js';
export {
  convertDisk,
  createDisk,
  DISK_FORMATS,
  inspectDisk,
  type DiskFormat,
  type DiskInfo,
} from './formats/formats.js';
export { formatExtlinux, type ExtlinuxOptions } from './boot/extlinux.js';
export { UBOOT_ARCHES, writeBootScript, writeUramdisk, type UbootImageOptions } from './boot/uboot.js';
export { listPartitions, type FoundPartition } from './inspect/inspect.js';
export { BOOT_LOADERS, bootLoaderFiles, LOADER_ARCHES, type BootLoader } from './boot/boot-loader.js';
export { formatBootScript, SCRIPT_ARCHES, type BootEntry, type FitEntry } from './boot/boot-script.js';
export { writeIso, type IsoOptions } from './boot/iso.js';
export {
  openPartition,
  type DiskPlace,
  type OpenPartition,
  type ReadableFileSystem,
} from './inspect/partition.js';
export type { FileAttributes, FileEntry, FileType } from './inspect/entry.js';
export { listFiles, type ListOptions } from './inspect/list.js';
export { copyOut, readFile, type CopiedOut, type CopyOutOptions } from './inspect/copy-out.js';
export { copyIn } from './inspect/copy-in.js';
export { formatEntries } from './inspect/format.js';
export { writeFit, type FitOptions, type FitSigning } from './fit/fit.js';
export { checkFitKey, fitKeyFiles, type FitKey } from './fit/fit-key.js';
export {
  FIT_ALGORITHMS,
  FIT_ARCHES,
  formatIts,
  type FitAlgorithm,
  type FitArch,
  type FitCompression,
  type FitSource,
} from './fit/fit-source.js';
