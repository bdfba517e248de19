import { UserError } from '@bringup/process';

/** A file's bytes: in memory, or in a file of the host (absolute path) that is read when they are needed. */
export type FileContent = { data: Uint8Array } | { hostFile: string };

interface EntryBase {
  /** Relative to the root of the tree, without a leading slash: `etc/init.d/rcS`. */
  path: string;
  /** Permission bits, `07777` at most. Always `0777` for symlinks: Linux has no others. */
  mode: number;
  uid: number;
  gid: number;
}

/** One thing in a file tree. */
export type TreeEntry = EntryBase &
  (
    | { type: 'file'; content: FileContent }
    | { type: 'directory' }
    | { type: 'symlink'; target: string }
    | { type: 'device'; kind: 'char' | 'block'; major: number; minor: number }
    | { type: 'fifo' }
  );

/** linux/limits.h: PATH_MAX, its NUL included; the kernel passes over longer names in an initramfs. */
const PATH_MAX = 4096;
/** linux/limits.h: NAME_MAX. */
const NAME_MAX = 255;
/** linux/kdev_t.h: a dev_t has 12 bits of major and 20 of minor number. */
const MAJOR_MAX = 0xfff;
const MINOR_MAX = 0xfffff;
const ID_MAX = 0xffffffff;

/**
 * A path as the tree keeps it: one leading slash is dropped.
 *
 * @throws UserError `BAD_PATH` for `..`, `.` and empty components, and for what no Linux file can be called
 */
export function normalizePath(path: string): string {
  const relative = path.startsWith('/') ? path.slice(1) : path;
  const refuse = (why: string) => new UserError('BAD_PATH', `path ${JSON.stringify(path)}: ${why}`, { path });
  for (const component of relative.split('/')) {
    if (component === '') throw refuse('an empty component; write it without double or trailing slashes');
    if (component === '.' || component === '..') throw refuse(`a ${component} component is not allowed`);
    if (Buffer.byteLength(component) > NAME_MAX) throw refuse(`a component is longer than ${NAME_MAX} bytes`);
  }
  if (relative.includes('\0')) throw refuse('a NUL byte is not allowed');
  if (Buffer.byteLength(relative) >= PATH_MAX) throw refuse(`longer than ${PATH_MAX - 1} bytes`);
  return relative;
}

/**
 * A checked copy of an entry, its path normalised.
 *
 * @throws UserError `BAD_PATH`, `BAD_ENTRY`
 */
export function normalizeEntry(entry: TreeEntry): TreeEntry {
  const path = normalizePath(entry.path);
  checkRange(path, 'mode', entry.mode, 0o7777);
  checkRange(path, 'uid', entry.uid, ID_MAX);
  checkRange(path, 'gid', entry.gid, ID_MAX);
  if (entry.type === 'device') {
    checkRange(path, 'major', entry.major, MAJOR_MAX);
    checkRange(path, 'minor', entry.minor, MINOR_MAX);
  }
  if (entry.type !== 'symlink') return { ...entry, path };
  const bytes = Buffer.byteLength(entry.target);
  if (bytes === 0 || bytes >= PATH_MAX || entry.target.includes('\0')) {
    const message = `${path}: a symlink's target has 1 to ${PATH_MAX - 1} bytes and no NUL`;
    throw new UserError('BAD_ENTRY', message, { path, target: entry.target });
  }
  return { ...entry, path, mode: 0o777 };
}

function checkRange(path: string, field: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= max) return;
  const octal = field === 'mode' ? '07777' : String(max);
  throw new UserError('BAD_ENTRY', `${path}: ${field} ${value} is not within 0 to ${octal}`, { path, field });
}

/** The type of an entry, in words for messages. */
export function describeEntry(entry: TreeEntry): string {
  if (entry.type === 'symlink') return `symlink to ${entry.target}`;
  return entry.type === 'device' ? `${entry.kind} device` : entry.type;
}
