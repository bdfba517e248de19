/** The file systems that are written, and how long their labels may be, in bytes. */
export const FILE_SYSTEMS = {
  ext2: { labelBytes: 16 },
  ext4: { labelBytes: 16 },
  fat: { labelBytes: 11 },
  squashfs: { labelBytes: 0 },
} as const;

export type FileSystemKind = keyof typeof FILE_SYSTEMS;
