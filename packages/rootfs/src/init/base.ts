import { FileTree } from '../tree/file-tree.js';

/** The directories every root file system starts from. */
export const BASE_DIRECTORIES: readonly { path: string; mode: number }[] = [
  { path: 'bin', mode: 0o755 },
  { path: 'dev', mode: 0o755 },
  { path: 'dev/pts', mode: 0o755 },
  { path: 'etc', mode: 0o755 },
  { path: 'etc/init.d', mode: 0o755 },
  { path: 'home', mode: 0o755 },
  { path: 'lib', mode: 0o755 },
  { path: 'mnt', mode: 0o755 },
  { path: 'proc', mode: 0o555 },
  { path: 'root', mode: 0o700 },
  { path: 'run', mode: 0o755 },
  { path: 'sbin', mode: 0o755 },
  { path: 'sys', mode: 0o555 },
  { path: 'tmp', mode: 0o1777 },
  { path: 'usr', mode: 0o755 },
  { path: 'usr/bin', mode: 0o755 },
  { path: 'usr/sbin', mode: 0o755 },
  { path: 'var', mode: 0o755 },
];

/** The PATH of the generated scripts and shells. */
export const PROGRAM_DIRECTORIES = ['/sbin', '/bin', '/usr/sbin', '/usr/bin'];

interface DeviceNode {
  path: string;
  mode: number;
  kind: 'char' | 'block';
  major: number;
  minor: number;
}

const char = (path: string, mode: number, major: number, minor: number): DeviceNode => ({
  path,
  mode,
  kind: 'char',
  major,
  minor,
});

/** The devices that a shell needs before, or without, devtmpfs. Numbers are from Documentation/admin-guide/devices.txt. */
export const BASE_DEVICES: readonly DeviceNode[] = [
  char('dev/console', 0o600, 5, 1),
  char('dev/full', 0o666, 1, 7),
  char('dev/null', 0o666, 1, 3),
  char('dev/ptmx', 0o666, 5, 2),
  char('dev/random', 0o666, 1, 8),
  char('dev/tty', 0o666, 5, 0),
  char('dev/tty0', 0o620, 4, 0),
  char('dev/tty1', 0o620, 4, 1),
  char('dev/urandom', 0o666, 1, 9),
  char('dev/zero', 0o666, 1, 5),
];

/** Terminals with fixed numbers: major, and the minor of the first. */
const TERMINALS: readonly [prefix: string, major: number, firstMinor: number][] = [
  ['tty', 4, 0],
  ['ttyS', 4, 64],
  ['ttyAMA', 204, 64],
  ['hvc', 229, 0],
];

/** The node of a console, so that it is there on a kernel without devtmpfs and sysfs too. */
export function consoleDevice(console: string): DeviceNode | undefined {
  const [, prefix, index] = /^(\D+)(\d{1,2})$/.exec(console) ?? [];
  const terminal = TERMINALS.find(([name]) => name === prefix);
  return terminal && char(`dev/${console}`, 0o600, terminal[1], terminal[2] + Number(index));
}

/** {@link BASE_DIRECTORIES} and {@link BASE_DEVICES} as a tree. Merge other trees into it, not it into them. */
export function baseTree(): FileTree {
  const tree = new FileTree();
  for (const directory of BASE_DIRECTORIES) tree.add({ ...directory, type: 'directory', uid: 0, gid: 0 });
  for (const device of BASE_DEVICES) tree.add({ ...device, type: 'device', uid: 0, gid: 0 });
  return tree;
}
