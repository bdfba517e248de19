/** A line of /etc/passwd and its secret in /etc/shadow. Without password and hash the account is locked. */
export interface UserAccount {
  name: string;
  uid: number;
  gid: number;
  home: string;
  shell: string;
  /** In plain text; the image holds its sha512-crypt hash. Empty: no password is asked for. */
  password?: string;
  /** A hash as crypt(5) has it, instead of `password`. */
  passwordHash?: string;
  comment?: string;
}

export interface Group {
  name: string;
  gid: number;
  members?: string[];
}

/** A line of /etc/fstab, mounted at boot. */
export interface Mount {
  source: string;
  target: string;
  type: string;
  options?: string;
}

/**
 * `busybox`: its init with inittab and rcS; `script`: a shell script as /init; `switch-root`: a shell script as /init
 * that mounts the root and hands over to its init; `program`: /init leads to a program of the tree; `none`: nothing
 * is generated.
 */
export type InitStyle = 'busybox' | 'script' | 'switch-root' | 'program' | 'none';

export const INIT_STYLES: readonly InitStyle[] = ['busybox', 'script', 'switch-root', 'program', 'none'];

export interface InitOptions {
  style: InitStyle;
  /** The terminal's name below /dev: `ttyAMA0`. */
  console: string;
  /** A root shell at once, or a login prompt. */
  login: 'shell' | 'getty';
  hostname: string;
  /** Style `program` only: path of the program in the tree. */
  program?: string;
  mounts: readonly Mount[];
  users: readonly UserAccount[];
  groups: readonly Group[];
  /**
   * Shell lines that run when everything is mounted, before the shell or login prompt; with `switch-root` before
   * the root is looked for.
   */
  startup: readonly string[];
  /**
   * Kernel modules loaded when the kernel's file systems are mounted, in this order; with `switch-root` where the
   * running kernel has them as such.
   */
  modules: readonly string[];
}

/** In this order; a file system that the kernel does not have is passed over at boot. */
const DEFAULT_MOUNTS: readonly Mount[] = [
  { source: 'proc', target: '/proc', type: 'proc' },
  { source: 'sysfs', target: '/sys', type: 'sysfs' },
  { source: 'devtmpfs', target: '/dev', type: 'devtmpfs' },
  { source: 'devpts', target: '/dev/pts', type: 'devpts' },
  { source: 'tmpfs', target: '/run', type: 'tmpfs', options: 'mode=0755' },
  { source: 'tmpfs', target: '/tmp', type: 'tmpfs', options: 'mode=1777' },
];

/** root, without a password. */
export const DEFAULT_USERS: readonly UserAccount[] = [
  { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/sh', password: '' },
];

/** tty is 5 by convention: devpts and getty give terminals to it. */
const DEFAULT_GROUPS: readonly Group[] = [
  { name: 'root', gid: 0 },
  { name: 'tty', gid: 5 },
];

/** Everything but the console, which the board knows. */
export const DEFAULT_INIT: Omit<InitOptions, 'console'> = {
  style: 'busybox',
  login: 'shell',
  hostname: 'bringup',
  mounts: DEFAULT_MOUNTS,
  users: DEFAULT_USERS,
  groups: DEFAULT_GROUPS,
  startup: [],
  modules: [],
};
