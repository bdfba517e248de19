import { ccacheDirectory, formatBuildTime, planMake } from './make.js';

const setting = {
  arch: 'arm64',
  crossCompile: 'aarch64-linux-gnu-',
  llvm: false,
  source: { path: '/store/abc', identity: 'abc', epoch: 1_700_000_000 },
  out: '/ws/.bringup/build/kernel/default/out',
  jobs: 2,
  variables: ['ARCH=arm64'],
} as const;

it('gives make everything as arguments and an environment of its own', () => {
  const { argv, env } = planMake(setting, ['Image', 'vmlinux']);
  const map =
    '-fdebug-prefix-map=/store/abc=/usr/src/bringup/source ' +
    '-fdebug-prefix-map=/ws/.bringup/build/kernel/default/out=/usr/src/bringup/out';
  expect(argv).toEqual([
    'make',
    '-C',
    '/store/abc',
    'O=/ws/.bringup/build/kernel/default/out',
    '-j2',
    'ARCH=arm64',
    'CROSS_COMPILE=aarch64-linux-gnu-',
    'CC=aarch64-linux-gnu-gcc',
    'HOSTCC=gcc',
    `KCFLAGS=${map}`,
    `KAFLAGS=${map}`,
    'quiet=quiet_',
    'Image',
    'vmlinux',
  ]);
  expect(env).toMatchObject({
    KBUILD_BUILD_TIMESTAMP: 'Tue Nov 14 22:13:20 UTC 2023',
    KBUILD_BUILD_USER: 'bringup',
    KBUILD_BUILD_HOST: 'bringup',
    KBUILD_BUILD_VERSION: '1',
    SOURCE_DATE_EPOCH: '1700000000',
    LC_ALL: 'C',
  });
  expect(env.CCACHE_DIR).toBeUndefined();
});

it('puts ccache in front of both compilers', () => {
  const { argv, env } = planMake({ ...setting, ccacheDirectory: '/cache' }, ['Image']);
  expect(argv).toContain('CC=ccache aarch64-linux-gnu-gcc');
  expect(argv).toContain('HOSTCC=ccache gcc');
  expect(env).toMatchObject({ CCACHE_DIR: '/cache', CCACHE_BASEDIR: setting.out });
});

it('builds with LLVM for target and host alike, through ccache too', () => {
  const llvm = { ...setting, llvm: true };
  const { argv } = planMake(llvm, ['Image']);
  expect(argv).toEqual(expect.arrayContaining(['LLVM=1', 'CC=clang', 'HOSTCC=clang']));
  expect(planMake({ ...llvm, ccacheDirectory: '/cache' }, ['Image']).argv).toEqual(
    expect.arrayContaining(['LLVM=1', 'CC=ccache clang', 'HOSTCC=ccache clang']),
  );
});

it.each([
  [{ CCACHE_DIR: '/mine' }, '/mine'],
  [{ XDG_CACHE_HOME: '/xdg' }, '/xdg/ccache'],
  [{}, '/home/me/.cache/ccache'],
])('finds the store of ccache for %j', (env, expected) =>
  expect(ccacheDirectory(env, '/home/me')).toBe(expected),
);

it('prints a build time as date(1) does', () =>
  expect(formatBuildTime(1_699_142_400)).toBe('Sun Nov  5 00:00:00 UTC 2023'));
