import { isDeepStrictEqual } from 'node:util';
import { UserError } from '@bringup/process';
import { DEFAULT_INIT, INIT_STYLES, type InitOptions, type Mount } from './options.js';

/** RFC 1123, 2.1: letters, digits and inner hyphens. */
const LABEL = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/;
/** linux/module.h: MODULE_NAME_LEN is 56 on 64-bit machines, its NUL included; a file's name may have "-" for "_". */
const MODULE = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,54}$/;
/** linux/utsname.h: __NEW_UTS_LEN. */
const HOSTNAME_MAX = 64;

/** @throws UserError `BAD_INIT` */
export function checkOptions(options: InitOptions): void {
  const { style, console, login, hostname, mounts, startup } = options;
  if (!INIT_STYLES.includes(style)) {
    throw bad(`init style ${JSON.stringify(style)} is not known: use one of ${INIT_STYLES.join(', ')}`);
  }
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(console)) {
    throw bad(
      `console ${JSON.stringify(console)}: give the terminal's name below /dev alone, such as ttyAMA0 or ttyS0`,
    );
  }
  if (login !== 'shell' && login !== 'getty') throw bad(`login ${JSON.stringify(login)}: use shell or getty`);
  if (hostname.length > HOSTNAME_MAX || !hostname.split('.').every((label) => LABEL.test(label))) {
    throw bad(
      `hostname ${JSON.stringify(hostname)}: use letters, digits and hyphens, ${HOSTNAME_MAX} at most`,
    );
  }
  for (const mount of mounts) checkMount(mount);
  checkProgram(options);
  if (startup.length > 0 && (style === 'program' || style === 'none')) {
    throw bad(
      `startup lines need a script that runs them: init style ${style} has none, use busybox, script or switch-root`,
    );
  }
  checkModules(options);
  checkHandOver(options);
}

function checkModules({ style, modules }: InitOptions): void {
  if (modules.length > 0 && (style === 'program' || style === 'none')) {
    throw bad(
      `modules are loaded by a script: init style ${style} has none. Use busybox, script or switch-root, or give them "load": false`,
    );
  }
  for (const name of modules) {
    if (MODULE.test(name)) continue;
    throw bad(`module ${JSON.stringify(name)}: give its name alone, without path, .ko or parameters`);
  }
}

/** Refuses options that an initramfs with a hand-over does not use, so that nobody waits for their effect. */
function checkHandOver(options: InitOptions): void {
  if (options.style !== 'switch-root') return;
  for (const field of ['login', 'hostname', 'mounts', 'users', 'groups'] as const) {
    if (isDeepStrictEqual(options[field], DEFAULT_INIT[field])) continue;
    throw bad(
      `${field} belongs to the root that init style switch-root hands over to: remove it here, and set it there`,
    );
  }
}

function checkProgram({ style, program }: InitOptions): void {
  if (style === 'program' && !program) throw bad('init style program needs "program": its path in the tree');
  if (style !== 'program' && program !== undefined) {
    throw bad(`"program" belongs to the init style program, not ${style}: remove it, or change the style`);
  }
}

/** fstab(5) separates its fields by blanks, and a line that starts with "#" is a comment. */
function checkMount(mount: Mount): void {
  for (const [field, value] of Object.entries(mount)) {
    if (value === undefined) continue;
    if (!/^[^\s#\\][^\s\\]*$/.test(value)) {
      throw bad(
        `mount of ${mount.target}: ${field} ${JSON.stringify(value)} is empty or has blanks, "\\" or a leading "#"`,
      );
    }
  }
  if (!mount.target.startsWith('/'))
    throw bad(`mount target ${JSON.stringify(mount.target)} is not an absolute path`);
}

function bad(message: string): UserError {
  return new UserError('BAD_INIT', message);
}
