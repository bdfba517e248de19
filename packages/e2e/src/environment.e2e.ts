import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { itWhere } from '../../../jest.abilities.js';
import { copyModules, makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { pathWith } from './host-programs.js';
import { nx, type NxOptions } from './nx-run.js';
import { snapshot } from './snapshot.js';

/**
 * The same source, configuration and tools give the same bytes, whatever the user, directory, date and environment. The kernel
 * of these tests contains the date if the compiler inserts it, and its Makefile reads the environment, so a leak shows.
 */

/** Variables that a user may have exported. Each would change the behaviour of make or the compiler. */
const HOSTILE = {
  ARCH: 'riscv',
  SUBARCH: 'riscv',
  CROSS_COMPILE: 'no-such-toolchain-',
  CC: 'false',
  HOSTCC: 'false',
  LD: 'false',
  KCFLAGS: '-DBUILD="hostile" -O3',
  KAFLAGS: '-DHOSTILE',
  CFLAGS: '-O3 -funroll-loops -DHOSTILE',
  CPPFLAGS: '-I/hostile',
  LDFLAGS: '--hostile',
  MAKEFLAGS: '-n -k --hostile',
  MAKEOVERRIDES: 'O=/hostile',
  O: '/hostile',
  V: '1',
  KCONFIG_CONFIG: '/hostile/.config',
  KCONFIG_ALLCONFIG: '/hostile/all.config',
  KBUILD_OUTPUT: '/hostile',
  KBUILD_BUILD_USER: 'mallory',
  KBUILD_BUILD_HOST: 'hostile',
  KBUILD_BUILD_TIMESTAMP: 'yesterday',
  LOCALVERSION: '-hostile',
  CONFIG_PREFIX: '/hostile',
  LANG: 'de_DE.UTF-8',
  LANGUAGE: 'de',
  LC_ALL: 'de_DE.UTF-8',
  GREP_OPTIONS: '--invert-match',
  TAR_OPTIONS: '--owner=hostile',
  GZIP: '-1',
  XZ_OPT: '-0',
  SOURCE_DATE_EPOCH: '42',
  TZ: 'Asia/Kathmandu',
  GCC_COLORS: 'error=01',
  C_INCLUDE_PATH: '/hostile',
  CCACHE_BASEDIR: '/',
  CCACHE_SLOPPINESS: 'time_macros',
  CDPATH: '/',
  ENV: '/hostile/profile',
  BASH_ENV: '/hostile/profile',
};

interface Place {
  workspace: FakeWorkspace;
  base: string;
}

const places: FakeWorkspace[] = [];
afterAll(() => places.reverse().forEach((workspace) => workspace.remove()));

function makePlace(parent = tmpdir()): Place {
  const workspace = makeFakeWorkspace(parent, {
    changeKernel: (tree) => {
      const source = join(tree, 'kernel/printk.c');
      writeFileSync(source, `${readFileSync(source, 'utf8')}const char when[] = __DATE__ " " __TIME__;\n`);
      const makefile = join(tree, 'Makefile');
      const text = readFileSync(makefile, 'utf8');
      // Records the date that the child processes see.
      writeFileSync(makefile, text.replace(/^\$\(image\):.*$/m, '$&\n\t@date +%Y-%m-%d > $(O)/today'));
    },
  });
  places.push(workspace);
  const base = dirname(workspace.root);
  mkdirSync(join(base, 'tmp'));
  return { workspace, base };
}

/** Builds everything; what is published, and the day that it was for make. */
async function build({ workspace, base }: Place, options: Partial<NxOptions> = {}) {
  const { exitCode, output } = await nx(['run', 'board:build'], {
    cwd: workspace.root,
    ...options,
    env: { TMPDIR: join(base, 'tmp'), ...options.env },
  });
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  const today = readFileSync(join(workspace.root, '.bringup/build/kernel/default/out/today'), 'utf8').trim();
  return { artifacts: snapshot(workspace.root, ['dist']), today };
}

let plain: Awaited<ReturnType<typeof build>>;
beforeAll(async () => {
  plain = await build(makePlace());
});

it('publishes what there is to compare', () => {
  expect(Object.keys(plain.artifacts)).toEqual(
    expect.arrayContaining([
      'dist/kernel/.config',
      'dist/kernel/bzImage',
      'dist/kernel/vmlinux',
      'dist/kernel/System.map',
      'dist/busybox/busybox.tar',
      'dist/rootfs/initramfs.cpio.gz',
    ]),
  );
});

it('with a hostile environment', async () => {
  expect((await build(makePlace(), { env: HOSTILE })).artifacts).toEqual(plain.artifacts);
});

it('with NO_COLOR, without a warning of Node about what Nx sets beside it', async () => {
  const wrapper = ['env', '--unset=FORCE_COLOR'];
  const { exitCode, output } = await nx(['run', 'kernel:config'], {
    cwd: makePlace().workspace.root,
    wrapper,
  });
  expect(exitCode).toBe(0);
  expect(output).toContain('kernel: configured');
  expect(output).not.toContain('FORCE_COLOR');
});

it('in another directory, with another umask', async () => {
  const deep = join(makePlace().base, 'another', 'and-a-deeper', 'directory');
  mkdirSync(deep, { recursive: true });
  const place = makePlace(deep);
  // As git leaves a clone that was made under this umask.
  execFileSync('chmod', ['-R', 'go-rwx', join(place.workspace.root, 'rootfs')]);
  const before = process.umask(0o077);
  try {
    expect((await build(place)).artifacts).toEqual(plain.artifacts);
  } finally {
    process.umask(before);
  }
});

it('on another day', async () => {
  const place = makePlace();
  // Our children's environment is made from scratch, so the clock is faked where they begin.
  const fake = (program: string) => `exec faketime '2031-05-06 07:08:09' /usr/bin/${program} "$@"`;
  const scripts = Object.fromEntries(['make', 'tar', 'gzip', 'chmod'].map((name) => [name, fake(name)]));
  const { artifacts, today } = await build(place, {
    env: { PATH: pathWith(join(place.base, 'bin'), scripts) },
  });
  expect(today).toBe('2031-05-06');
  expect(plain.today).not.toBe(today);
  expect(artifacts).toEqual(plain.artifacts);
});

itWhere('root')('as a user without any privilege (skipped unless run by root)', async () => {
  const place = makePlace();
  copyModules(place.workspace);
  const { uid, base } = { uid: 65534, base: place.base };
  execFileSync('chown', ['--recursive', '--no-dereference', `${uid}:${uid}`, base]);
  const { artifacts } = await build(place, { uid });
  expect(artifacts).toEqual(plain.artifacts);
  const foreign = execFileSync('find', [base, '!', '-user', String(uid), '-print'], { encoding: 'utf8' });
  expect(foreign).toBe('');
  expect(existsSync(join(base, 'home/.cache/bringup/sources'))).toBe(true);
});
