import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KCONFIG_PROGRAMS, type ProgramName } from '../programs/programs.js';
import { checkPaths, checkSourceTree } from './source-check.js';

const refusal = (source: string, out: string) => {
  try {
    checkPaths({ source: { path: source }, out });
  } catch (error) {
    return error as Error & { code: string };
  }
  return undefined;
};

it.each([
  ...['a b', 'a\tb', 'a\nb', 'a:b', 'a$b', 'a;b', 'a&b', 'a%b', 'a=b', 'a#b', "a'b", 'a"b', 'a`b', 'a\\b'],
  ...['a|b', 'a<b', 'a>b', 'a(b', 'a)b', 'a*b', 'a?b', 'a[b', 'a]b', 'a\x01b', 'a\x7fb'],
])('refuses %j by its character, in the workspace and in a source', (name) => {
  const character = name[1] === ' ' ? 'a blank' : JSON.stringify(name[1]);
  expect(refusal('/src', `/ws/${name}/out`)).toMatchObject({
    code: 'PATH_UNSUITABLE',
    message: `make cannot work in ${JSON.stringify(`/ws/${name}/out`)}: the path has ${character} in it, which make or its shell reads as syntax. Move the workspace.`,
  });
  expect(refusal(`/${name}`, '/ws/out')?.message).toContain('BRINGUP_HOME');
});

it.each(['/home/ann/work_1/a-b.c+d', '/mnt/a,b/@x/{y}/~z!', '/home/jürgen/プロジェクト'])(
  'takes %s',
  (path) => {
    expect(refusal(path, path)).toBeUndefined();
  },
);

describe('a tree that was configured in place', () => {
  let tree: string;
  beforeEach(() => (tree = mkdtempSync(join(tmpdir(), 'bringup-source-spec-'))));
  afterEach(() => rmSync(tree, { recursive: true }));

  const check = (name: ProgramName, arch: 'arm64' | 'x86_64', trace: string) => {
    for (const mark of [...KCONFIG_PROGRAMS[name].marks(arch), trace])
      mkdirSync(join(tree, mark), { recursive: true });
    return checkSourceTree(tree, KCONFIG_PROGRAMS[name], arch);
  };

  it.each([
    ['kernel', 'arm64', '.config', ' ARCH=arm64'],
    ['kernel', 'arm64', 'include/config', ' ARCH=arm64'],
    ['kernel', 'x86_64', 'arch/x86/include/generated', ' ARCH=x86_64'],
    ['busybox', 'x86_64', '.config', ''],
    ['u-boot', 'arm64', 'include/config', ''],
  ] as const)(
    '%s for %s with %s is refused with the command that cleans it',
    async (name, arch, trace, variable) => {
      await expect(check(name, arch, trace)).rejects.toMatchObject({
        code: 'SOURCE_NOT_CLEAN',
        message:
          `${tree} was configured in place and has ${trace}, so make does not build it in another directory. ` +
          `Copy its .config if you need it, then run "make -C ${tree}${variable} mrproper".`,
      });
    },
  );

  it.each([
    ['another architecture was made there', 'kernel', 'arch/x86/include/generated'],
    ['it has the file as a source', 'u-boot', 'arch/arm/include/generated'],
  ] as const)('is not refused when %s', async (_why, name, trace) => {
    await expect(check(name, 'arm64', trace)).resolves.toBeUndefined();
  });
});
