import { formatEntries } from '../index.js';

const mtime = new Date('1980-01-01T00:00:00Z');

it('shows entries as ls -ln does', () => {
  const root = { uid: 0, gid: 0, mtime };
  expect(
    formatEntries([
      { path: '/bin/su', type: 'file', size: 300_000, mode: 0o4755, ...root },
      { path: '/tmp', type: 'directory', size: 0, mode: 0o1777, ...root },
      { path: '/odd', type: 'file', size: 0, mode: 0o6642, ...root, uid: 1000 },
      { path: '/dev/tty', type: 'char-device', size: 0, mode: 0o666, major: 5, minor: 0, ...root },
      { path: '/bin/sh', type: 'symlink', size: 7, mode: 0o777, target: 'busy\nbox', ...root },
    ]),
  ).toEqual([
    '-rwsr-xr-x    0 0 300000 1980-01-01 00:00 /bin/su',
    'drwxrwxrwt    0 0      0 1980-01-01 00:00 /tmp',
    '-rwSr-S-w- 1000 0      0 1980-01-01 00:00 /odd',
    'crw-rw-rw-    0 0    5,0 1980-01-01 00:00 /dev/tty',
    'lrwxrwxrwx    0 0      7 1980-01-01 00:00 /bin/sh -> busy\\x0abox',
  ]);
});

it('shows of FAT what it keeps, and lets no name rule a terminal', () => {
  expect(
    formatEntries([
      { path: '/EFI', type: 'directory', size: 0, mtime },
      { path: '/\x1b[2J\u202etxt', type: 'file', size: 5 },
    ]),
  ).toEqual(['d 0 1980-01-01 00:00 /EFI', '- 5                  /\\x1b[2J\\u202etxt']);
  expect(formatEntries([])).toEqual([]);
});
