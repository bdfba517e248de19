import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { REPOSITORY } from './nx-run.js';

/** A user without any privilege, for tests that run as root: Debian's nobody. */
const NOBODY = 65534;

/** A copy of the demo workspace that belongs to an unprivileged user, with a home that lasts from run to run. */
export interface DemoCopy {
  readonly root: string;
  /** The user, or undefined when the tests themselves have no privilege. */
  readonly uid: number | undefined;
  readonly env: Record<string, string>;
}

/**
 * Copies the repository's files (tracked, or new and not ignored) and what is installed in it. The home with
 * source store and ccache stays in /var/tmp: nothing of root's is readable to others, and the next run is to be fast.
 */
export function copyDemo(): DemoCopy {
  const uid = process.getuid?.() === 0 ? NOBODY : undefined;
  const base = `/var/tmp/bringup-e2e-${uid ?? process.getuid?.()}`;
  const home = join(base, 'home');
  mkdirSync(home, { recursive: true });
  const root = join(mkdtempSync(join(base, 'run-')), 'workspace');
  mkdirSync(root);
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });
  for (const file of files.split('\0').filter((name) => name && existsSync(join(REPOSITORY, name)))) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(REPOSITORY, file), join(root, file), { verbatimSymlinks: true });
  }
  copyInstalled(root);
  execFileSync('git', ['init', '--quiet', root]);
  if (uid !== undefined) {
    for (const directory of [home, dirname(root)])
      execFileSync('chown', ['--recursive', `${uid}:${uid}`, directory]);
    chownSync(base, uid, uid);
  }
  return { root, uid, env: { HOME: home, TMPDIR: '/tmp' } };
}

function copyInstalled(root: string): void {
  execFileSync('cp', ['--archive', '--reflink=auto', join(REPOSITORY, 'node_modules'), root]);
  for (const name of ['process', 'kconfig', 'kbuild', 'rootfs', 'disk', 'qemu', 'gdb', 'nx']) {
    for (const part of ['dist', 'node_modules']) {
      const source = join(REPOSITORY, 'packages', name, part);
      if (existsSync(source)) execFileSync('cp', ['--archive', source, join(root, 'packages', name)]);
    }
  }
}

/** Programs and variables of a user who has everything set that could leak into a build, on another day. */
export function hostileEnvironment(directory: string): Record<string, string> {
  const bin = join(directory, 'hostile-bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'date'), '#!/bin/sh\nexec /bin/date --date="2031-07-04 12:34:56" "$@"\n');
  chmodSync(join(bin, 'date'), 0o755);
  if (!existsSync(join(bin, 'hostname'))) symlinkSync('/bin/true', join(bin, 'hostname'));
  return {
    PATH: `${bin}:${process.env.PATH}`,
    ARCH: 'sparc',
    CROSS_COMPILE: 'nonsense-',
    KCFLAGS: '-DHOSTILE=1',
    KAFLAGS: '-DHOSTILE=1',
    MAKEFLAGS: '-k',
    KCONFIG_CONFIG: '/nonexistent/.config',
    KBUILD_OUTPUT: '/nonexistent',
    KBUILD_BUILD_USER: 'mallory',
    KBUILD_BUILD_TIMESTAMP: 'Thu Jan  1 00:00:00 UTC 2004',
    LOCALVERSION: '-hostile',
    LANG: 'de_DE',
    LC_ALL: 'de_DE.UTF-8',
    TZ: 'Asia/Tokyo',
    CFLAGS: '-O0 -DHOSTILE -include /nonexistent.h',
    LDFLAGS: '--hostile',
  };
}
