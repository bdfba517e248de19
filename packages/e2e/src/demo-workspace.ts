import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NOBODY, ownCaches, takeOverCaches } from './caches.js';
import { lastingDirectory } from './choose-caches.cjs';
import { REPOSITORY } from './nx-run.js';

/** A copy of the demo workspace that belongs to an unprivileged user, with a home that lasts from run to run. */
export interface DemoCopy {
  readonly root: string;
  /** The user, or undefined when the tests themselves have no privilege. */
  readonly uid: number | undefined;
  readonly env: Record<string, string>;
}

/**
 * Copies the repository's files (tracked, or new and not ignored) and its installed packages.
 *
 * @param options.built projects whose published artifacts come along: where they are up to date, nothing is compiled
 */
export function copyDemo({ built = [] }: { built?: readonly string[] } = {}): DemoCopy {
  const uid = process.getuid?.() === 0 ? NOBODY : undefined;
  const base = lastingDirectory(uid ?? process.getuid!());
  const home = join(base, 'home');
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
  copyBuilt(root, built);
  execFileSync('git', ['init', '--quiet', root]);
  if (uid === undefined) {
    mkdirSync(home, { recursive: true });
    return { root, uid, env: { HOME: home, TMPDIR: '/tmp', ...ownCaches() } };
  }
  execFileSync('chown', ['--recursive', `${uid}:${uid}`, dirname(root)]);
  takeOverCaches(home, uid);
  return { root, uid, env: { HOME: home, TMPDIR: '/tmp' } };
}

/** Another test may be publishing meanwhile. A manifest that does not fit its artifacts makes the executor build. */
function copyBuilt(root: string, projects: readonly string[]): void {
  for (const project of projects.filter((name) => existsSync(join(REPOSITORY, 'dist', name)))) {
    mkdirSync(join(root, 'dist'), { recursive: true });
    execFileSync('cp', ['--archive', join(REPOSITORY, 'dist', project), join(root, 'dist')]);
  }
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
