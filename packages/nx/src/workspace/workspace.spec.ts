import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeWorkspace } from '../testing/workspace.js';
import { findDeclaration, resolveTokens } from './declaration.js';
import { ownSources } from '../graph/engine.js';
import { globBase, globExpression, isGlob } from './glob.js';
import { initramfsName, outputPath, programName, workDirectory } from './paths.js';
import { presetPath } from '../kinds/kconfig/presets.js';
import { isBaseFile, parseFileReference, parseFragmentName } from './names-in-options.js';
import { compressorLockName, qemuLockName } from '../lock/tools.js';

const REPOSITORY = join(__dirname, '../../../..');

describe('findDeclaration', () => {
  const find = (targets: object) => findDeclaration({ name: 'p', root: 'lib/p', targets } as never);

  it.each(['kernel', 'busybox', 'program', 'initramfs', 'qemu'])(
    'finds %s, whatever its target is called',
    (kind) => {
      const targets = { lint: { command: 'true' }, mine: { executor: `@bringup/nx:${kind}` } };
      expect(find(targets)).toEqual({
        kind,
        project: 'p',
        root: 'lib/p',
        target: 'mine',
        options: {},
        configurations: {},
      });
    },
  );

  it.each([[{}], [{ build: { executor: '@nx/js:tsc' } }], [{ build: { executor: '@bringup/nx:update' } }]])(
    'finds none in %j',
    (targets) => expect(find(targets)).toBeUndefined(),
  );

  it("resolves Nx's tokens wherever they stand", () => {
    const options = {
      fragments: ['{projectRoot}/a', 'b'],
      source: { kind: 'directory', path: '{workspaceRoot}/src/{projectName}' },
      smp: 2,
      nothing: null,
    };
    expect(find({ build: { executor: '@bringup/nx:kernel', options } })?.options).toEqual({
      fragments: ['lib/p/a', 'b'],
      source: { kind: 'directory', path: 'src/p' },
      smp: 2,
      nothing: null,
    });
  });
});

it.each([
  ['{projectRoot}/a', 'lib/p/a'],
  ['{workspaceRoot}/a', 'a'],
  ['x/{projectName}/{projectName}', 'x/p/p'],
  ['/abs', '/abs'],
])('resolveTokens %j', (path, expected) =>
  expect(resolveTokens(path, { name: 'p', root: 'lib/p' })).toBe(expected),
);

it.each([
  ['preset:debug', { kind: 'preset', name: 'debug' }],
  ['tree:virt.config', { kind: 'tree', name: 'virt.config' }],
  ['a/b.config', { kind: 'file', path: 'a/b.config' }],
  ['preset:', { kind: 'file', path: 'preset:' }],
  ['other:x', { kind: 'file', path: 'other:x' }],
])('parseFragmentName %j', (text, expected) => expect(parseFragmentName(text)).toEqual(expected));

it.each([
  ['defconfig', false],
  ['virt_defconfig', false],
  ['configs/full', true],
  ['./full', true],
])('isBaseFile %j', (base, expected) => expect(isBaseFile(base)).toBe(expected));

it.each([
  ['linux:Image', { kind: 'artifact', project: 'linux', artifact: 'Image' }],
  ['@scope/linux:Image', { kind: 'artifact', project: '@scope/linux', artifact: 'Image' }],
  ['a/b', { kind: 'file', path: 'a/b' }],
  ['/abs/with:colon', { kind: 'file', path: '/abs/with:colon' }],
  ['a:b:c', { kind: 'file', path: 'a:b:c' }],
])('parseFileReference %j', (from, expected) => expect(parseFileReference(from)).toEqual(expected));

it.each([
  ['kernel', undefined, 'dist/kernel'],
  ['@scope/kernel', undefined, 'dist/@scope_kernel'],
  ['../evil', undefined, 'dist/.._evil'],
  ['kernel', 'out/kernel/', 'out/kernel'],
  ['kernel', 7, 'dist/kernel'],
])('outputPath of %s with %j', (project, given, expected) =>
  expect(outputPath(project, given)).toBe(expected),
);

it.each([
  ['tool', undefined, 'tool'],
  ['@scope/tool', undefined, '@scope_tool'],
  ['tool', 'init', 'init'],
])('programName of %s with %j', (project, given, expected) =>
  expect(programName(project, given)).toBe(expected),
);

describe('globs', () => {
  it.each([
    ['lib/*.h', 'lib', ['lib/a.h', 'lib/.h'], ['lib/a/b.h', 'lib/a.c', 'x/lib/a.h', 'lib/a.hh']],
    ['lib/**/*.h', 'lib', ['lib/a.h', 'lib/x/y/a.h'], ['lib2/a.h', 'lib/x/a.c']],
    ['lib/**', 'lib', ['lib/a', 'lib/x/a'], ['lib', 'libs/a']],
    ['**/a.h', '.', ['a.h', 'x/a.h'], ['xa.h', 'x/a_h']],
    ['a?/b+c(1).h', '.', ['ax/b+c(1).h'], ['a/b+c(1).h', 'axx/b+c(1).h', 'a//b+c(1).h']],
  ])('%s', (pattern, base, matches, others) => {
    expect(isGlob(pattern)).toBe(true);
    expect(globBase(pattern)).toBe(base);
    const matched = [...matches, ...others].filter((path) => globExpression(pattern)!.test(path));
    expect(matched).toEqual(matches);
  });

  it('takes every other character for itself', () => {
    expect(['lib/[ab].h', 'lib/{a,b}.h', '!a.h', 'a(b).h', 'a\\b.h'].filter(isGlob)).toEqual([]);
    expect(globExpression('lib{a}/[b]*.h')!.test('lib{a}/[b]c.h')).toBe(true);
    expect(globExpression('lib/*.{h,c}')!.test('lib/a.h')).toBe(false);
  });

  it('has none for **, where that is a part of a name only', () =>
    expect(globExpression('lib/a**.h')).toBeUndefined());
});

it('keeps builds apart by project and configuration', () => {
  expect(workDirectory('/ws', 'a/b')).toEqual(
    expect.stringMatching(/^\/ws\/\.bringup\/build\/a_b-[0-9a-f]{8}\/default$/),
  );
  expect(workDirectory('/ws', 'a_b')).toBe('/ws/.bringup/build/a_b/default');
  expect(workDirectory('/ws', 'a', 'debug')).toBe('/ws/.bringup/build/a/debug');
  expect(workDirectory('/ws', 'a', 'debug.x')).toBe('/ws/.bringup/build/a/debug.x');
});

it.each([
  ['gzip', 'initramfs.cpio.gz', 'zlib'],
  ['zstd', 'initramfs.cpio.zst', 'zstd'],
  ['lz4', 'initramfs.cpio.lz4', 'lz4'],
  ['xz', 'initramfs.cpio.xz', 'xz'],
  ['none', 'initramfs.cpio', undefined],
] as const)('%s: the file and the tool in the lock', (compression, file, tool) => {
  expect(initramfsName(compression)).toBe(file);
  expect(compressorLockName(compression)).toBe(tool);
});

it.each([
  ['arm64', undefined, 'qemu-system-aarch64'],
  ['x86_64', undefined, 'qemu-system-x86_64'],
  ['x86_64', '/opt/qemu/bin/my-qemu', 'my-qemu'],
] as const)("QEMU's name in the lock for %s %s", (arch, qemu, expected) =>
  expect(qemuLockName(arch, qemu)).toBe(expected),
);

describe('presetPath', () => {
  const names = readdirSync(join(REPOSITORY, 'workspace-configs/kconfig'))
    .filter((file) => file.endsWith('.config'))
    .map((file) => file.replace(/\.config$/, ''));

  it.each(names)('finds %s', (name) => expect(presetPath(name)).toMatch(new RegExp(`/${name}\\.config$`)));

  it.each(['nope', '../../package', ''])('refuses %j and lists the presets', (name) => {
    expect(() => presetPath(name)).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_PRESET', message: expect.stringContaining(names[0]!) }),
    );
  });
});

it("has Bringup's own sources as inputs in Bringup's own repository only", () => {
  const own = ownSources(REPOSITORY);
  expect(own).toContain('{workspaceRoot}/packages/nx/{src,scripts}/**/*');
  expect(own).toContain('{workspaceRoot}/packages/process/{src,scripts}/**/*');
  expect(own).toContain('!{workspaceRoot}/packages/*/src/**/*.spec.ts');
  expect(ownSources(makeWorkspace())).toEqual([]);
});

it.each(['default', 'default.flock', 'debug.owner', 'debug.owner.1', '.', '..', 'a/b'])(
  'the kept directory of a variant %j is neither the default one, nor a file of a lock, nor above its project',
  (variant) => {
    const path = workDirectory('/ws', 'a', variant);
    expect(path).toMatch(/^\/ws\/\.bringup\/build\/a\/[\w.-]+-[0-9a-f]{8}$/);
  },
);
