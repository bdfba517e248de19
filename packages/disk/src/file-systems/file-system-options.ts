export interface FileSystemOptions {
  /** Bytes, or as large as the content needs and a margin. */
  size: number | 'auto';
  /** Room beyond the content when the size is `auto`, as a share of it: 0.1 is a tenth. */
  margin: number;
  label?: string;
  /** Makes a FAT file system bootable by a PC's BIOS. */
  syslinux?: boolean;
  signal?: AbortSignal;
}
