import type { FileEntry, FileType } from './entry.js';
import { printable } from './errors.js';

/** ls(1): the letter of each type. */
const LETTERS: Readonly<Record<FileType, string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  'char-device': 'c',
  'block-device': 'b',
  fifo: 'p',
  socket: 's',
  unknown: '?',
};

/**
 * Entries for people, one line each, as `ls -ln` prints them: `-rwsr-xr-x 0 0 300000 1980-01-01 00:00 /bin/busybox`. Attributes
 * that the file system does not store are left out; characters that a terminal would act on are escaped.
 */
export function formatEntries(entries: readonly FileEntry[]): string[] {
  const rows = entries.map((entry) => [
    `${LETTERS[entry.type]}${entry.mode === undefined ? '' : formatMode(entry.mode)}`,
    ...(entry.uid === undefined ? [] : [String(entry.uid), String(entry.gid)]),
    entry.major === undefined ? String(entry.size) : `${entry.major},${entry.minor}`,
    entry.mtime === undefined ? '' : entry.mtime.toISOString().slice(0, 16).replace('T', ' '),
  ]);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row, index) => {
    const { path, target } = entries[index]!;
    const columns = row.map((text, column) => text.padStart(widths[column]!));
    const arrow = target === undefined ? '' : ` -> ${printable(target)}`;
    return `${columns.join(' ')} ${printable(path)}${arrow}`;
  });
}

/** `rwsr-xr-t` */
function formatMode(mode: number): string {
  const letters = [...'rwxrwxrwx'].map((letter, index) => (mode & (0o400 >> index) ? letter : '-'));
  for (const [index, letter] of [...'sst'].entries()) {
    const at = index * 3 + 2;
    if (mode & (0o4000 >> index)) letters[at] = letters[at] === 'x' ? letter : letter.toUpperCase();
  }
  return letters.join('');
}
