// Generated from ../kinds/initramfs/schema.json by tools/schemas.mjs: do not edit.

import type { SharedOptions } from './shared-options.js';

export type ModuleOfTheTree = string;

/**
 * Makes an initramfs from parts: a BusyBox tree, overlays, files of other projects, directories, device nodes, symlinks and a generated init. Byte-identical for the same content; needs no root.
 */
export interface InitramfsOptions {
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * Name of the BusyBox project whose install tree is taken.
   */
  busybox?: string;
  /**
   * Directories laid over the tree in order, relative to the workspace root ({projectRoot} is understood). Files are root's, 0755 when executable, else 0644.
   */
  overlays?: SharedOptions['overlays'];
  /**
   * Single files.
   */
  files?: SharedOptions['files'];
  /**
   * Directories besides the usual ones (proc sys dev dev/pts run etc tmp root mnt …).
   */
  directories?: SharedOptions['directories'];
  /**
   * Device nodes besides the usual ones (null, console, tty …).
   */
  devices?: SharedOptions['devices'];
  /**
   * Symbolic links.
   */
  symlinks?: SharedOptions['symlinks'];
  /**
   * Modes and owners of entries that an overlay or a BusyBox tree brought.
   */
  permissions?: SharedOptions['permissions'];
  /**
   * Init style: BusyBox init with inittab and rcS, a plain /init script that ends in a shell, a /init script that mounts the root of the kernel's command line and hands over to its init (switch-root; a rescue shell when that fails), a program of the tree (see initProgram), or nothing generated: the parts bring /init.
   */
  init?: 'busybox' | 'script' | 'switch-root' | 'program' | 'none';
  /**
   * Kernel modules, loaded at start-up in this order; with init: switch-root before the root is looked for, where the running kernel has them as such. Those of projects and of kernels are put below /lib/modules/RELEASE with all that they need and with depmod's data. A name alone is one that another part brings there.
   */
  modules?: (ModuleOfTheTree | ModulesOfAProject | ModulesOfAKernelSOwn)[];
  /**
   * With init: program, its path in the guest; /init points to it.
   */
  initProgram?: string;
  /**
   * Console device of the shell or getty; default: the first serial port of the architecture's machine, as ttyAMA0 for arm64, ttyS0 for x86_64.
   */
  console?: string;
  /**
   * Program on the console: a root shell, or getty with login.
   */
  login?: 'shell' | 'getty';
  /**
   * The guest's hostname.
   */
  hostname?: string;
  /**
   * Shell lines run once at the end of the start-up; with init: switch-root, before the root is looked for.
   */
  startup?: string[];
  /**
   * Replaces the file systems mounted at start-up (proc, sysfs, devtmpfs, devpts, tmpfs on /run and /tmp).
   */
  mounts?: {
    /**
     * Device or name.
     */
    source: string;
    /**
     * Mount point.
     */
    target: string;
    /**
     * File system type.
     */
    type: string;
    /**
     * Mount options.
     */
    options?: string;
  }[];
  /**
   * Replaces the accounts (root without a password).
   */
  users?: {
    /**
     * Login name.
     */
    name: string;
    /**
     * User id.
     */
    uid: number;
    /**
     * Group id.
     */
    gid: number;
    /**
     * Home directory.
     */
    home: string;
    /**
     * Login shell.
     */
    shell?: string;
    /**
     * In clear, hashed into /etc/shadow. Use passwordHash for one that matters.
     */
    password?: string;
    /**
     * As crypt(5) has it.
     */
    passwordHash?: string;
    /**
     * GECOS field.
     */
    comment?: string;
  }[];
  /**
   * Replaces the groups (root).
   */
  groups?: {
    /**
     * Group name.
     */
    name: string;
    /**
     * Group id.
     */
    gid: number;
    /**
     * Login names.
     */
    members?: string[];
  }[];
  /**
   * Compressor; the kernel must have the matching CONFIG_RD_*.
   */
  compression?: 'gzip' | 'zstd' | 'lz4' | 'xz' | 'none';
  /**
   * Compression level; the compressor's own default without it.
   */
  level?: number;
  /**
   * Directory of the published artifacts, relative to the workspace root. Default: dist/PROJECT.
   */
  outputPath?: string;
}
export interface ModulesOfAProject {
  /**
   * Name of a kernel-module project.
   */
  project: string;
  /**
   * Which of its modules, as the kernel calls them. Default: all.
   *
   * @minItems 1
   */
  names?: string[];
  /**
   * Load them at start-up, by modprobe; when false they are there for modprobe, and for the kernel's own requests.
   */
  load?: boolean;
  /**
   * Parameters of the one module that is named, by name: they hold whoever loads it (/etc/modprobe.d). true and false are 1 and 0.
   */
  parameters?: {
    [k: string]: string | number | boolean;
  };
}
export interface ModulesOfAKernelSOwn {
  /**
   * Name of the kernel project.
   */
  kernel: string;
  /**
   * Which of its modules (=m), as the kernel calls them. One that is built in (=y) is passed over, and said.
   *
   * @minItems 1
   */
  names: string[];
  /**
   * Load them at start-up, by modprobe; when false they are there for modprobe, and for the kernel's own requests.
   */
  load?: boolean;
  /**
   * Parameters of the one module that is named, by name: they hold whoever loads it (/etc/modprobe.d). true and false are 1 and 0.
   */
  parameters?: {
    [k: string]: string | number | boolean;
  };
}

/** The defaults of the schema, as Nx fills them in. */
export const initramfsDefaults: Required<
  Pick<
    InitramfsOptions,
    | 'overlays'
    | 'files'
    | 'directories'
    | 'devices'
    | 'symlinks'
    | 'permissions'
    | 'init'
    | 'modules'
    | 'login'
    | 'hostname'
    | 'startup'
    | 'compression'
  >
> = {
  overlays: [],
  files: [],
  directories: [],
  devices: [],
  symlinks: [],
  permissions: [],
  init: 'busybox',
  modules: [],
  login: 'shell',
  hostname: 'bringup',
  startup: [],
  compression: 'gzip',
};

/** The options once the defaults are filled in. */
export type FullInitramfsOptions = InitramfsOptions & typeof initramfsDefaults;
