/** The type of a file system entry. */
export type FileType =
  | 'file'
  | 'directory'
  | 'symlink'
  | 'char-device'
  | 'block-device'
  | 'fifo'
  | 'socket'
  | 'unknown';

/** An entry of a file system, as far as that file system keeps it: FAT has neither modes nor owners. */
interface FileAttributes {
  type: FileType;
  /** Bytes of a file or of a symlink's target; 0 for everything else. */
  size: number;
  /** Permission bits, `07777` at most. */
  mode?: number;
  uid?: number;
  gid?: number;
  /** To the minute. FAT's, which has no zone, is taken for UTC. */
  mtime?: Date;
  /** The target of a symlink, exactly as stored. */
  target?: string;
  /** Numbers of a device. */
  major?: number;
  minor?: number;
}

/** An entry and where it is. */
export interface FileEntry extends FileAttributes {
  /** From the root of the file system, with a leading slash. */
  path: string;
}

/** An entry as a reader gives it. Bytes of a name that are not UTF-8 have become U+FFFD. */
export interface FileNode extends FileAttributes {
  name: string;
  /** How the reader finds it again; nobody else reads this. */
  locator: string;
}

/** One file system, read without mounting it. */
export interface FileSystemReader {
  /** Names differ by more than case. */
  readonly caseSensitive: boolean;
  readonly root: FileNode;
  /** The entries of each directory, without `.` and `..`, sorted by name. */
  list(directories: readonly FileNode[]): Promise<FileNode[][]>;
  /** Writes the content of each file into `directory`, which is empty and private, as `0`, `1`, … */
  extract(files: readonly FileNode[], directory: string): Promise<void>;
}

/** Where a file system lies. */
export interface Volume {
  /** Absolute path of a raw image. */
  path: string;
  /** Bytes from its start. */
  offset: number;
  /** Bytes. */
  size: number;
  /** Its name in messages: image and partition. */
  description: string;
  /** A directory with a link called {@link VOLUME} to the image. */
  directory: string;
  signal?: AbortSignal;
}

/** The name that programs are given for an image: `?` and `@@` in a path would have a meaning to them. */
export const VOLUME = 'volume';

/** By code points, on every host. */
export function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
