import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configRecipe, KCONFIG_PROGRAMS, planMake, type ProgramName } from '@bringup/kbuild';
import { busyboxDefaults } from '../../generated/busybox-options.js';
import { kernelDefaults } from '../../generated/kernel-options.js';
import { makeTask, makeWorkspace, type TestTask } from '../../testing/workspace.js';
import { schemaFile } from '../../options/check-options.js';
import {
  baseConfig,
  fragmentReferences,
  kconfigNeeds,
  openKconfigProject,
  openMake,
  type KconfigOptions,
} from './kconfig-project.js';
import { needsOf } from '../../host/needs.js';

const FIXTURES = join(__dirname, '../../../../kbuild/fixtures');
const root = makeWorkspace({
  'a.config': 'CONFIG_NET=y\n',
  'full/config': 'CONFIG_NET=y\n',
  'a.patch': '--- a/net/core.c\n+++ b/net/core.c\n@@ -1 +1 @@\n-a\n+b\n',
  'b.patch': '--- a/init/main.c\n+++ b/init/main.c\n@@ -1 +1 @@\n-a\n+b\n',
});
for (const name of ['kernel', 'busybox'])
  cpSync(join(FIXTURES, `fake-${name}`), join(root, name), { recursive: true });

const task = (): TestTask => makeTask(root, 'p');
const directory = (path: string) => ({ kind: 'directory' as const, path });
const KERNEL: KconfigOptions = { ...kernelDefaults, arch: 'x86_64', source: directory('kernel') };
const BUSYBOX: KconfigOptions = { ...busyboxDefaults, arch: 'x86_64', source: directory('busybox') };

/** Everything that a project's options decide: recipe, make's command and environment, and where things go. */
async function resultOf(program: 'kernel' | 'busybox', options: KconfigOptions): Promise<string> {
  const opened = await openKconfigProject(task(), program, options);
  const fragments = fragmentReferences(options, program, root);
  const recipe = await configRecipe(opened.ingredients('config'), baseConfig(opened, root), fragments);
  const make = planMake(await openMake(task(), opened, 'build'), ['all']);
  return JSON.stringify([recipe, make, opened.output]);
}

const ownCopy = () => {
  const copy = join(mkdtempSync(join(tmpdir(), 'bringup-nx-spec-')), 'linux');
  cpSync(join(FIXTURES, 'fake-kernel'), copy, { recursive: true });
  return copy;
};

const CHANGES: [keyof KconfigOptions, () => Partial<KconfigOptions>][] = [
  ['arch', () => ({ arch: 'arm64' })],
  ['source', () => ({ source: directory(ownCopy()) })],
  ['base', () => ({ base: 'tinyconfig' })],
  ['base', () => ({ base: 'full/config' })],
  ['fragments', () => ({ fragments: ['a.config'] })],
  ['fragments', () => ({ fragments: ['tree:block.config'] })],
  ['extraFragments', () => ({ extraFragments: ['a.config'] })],
  ['crossCompile', () => ({ crossCompile: '/usr/bin/x86_64-linux-gnu-' })],
  ['ccache', () => ({ ccache: false })],
  ['jobs', () => ({ jobs: 17 })],
  ['outputPath', () => ({ outputPath: 'out' })],
];

it.each(CHANGES)('kernel, config: %s changes recipe, make or output', async (_option, change) => {
  expect(await resultOf('kernel', { ...KERNEL, ...change() })).not.toBe(await resultOf('kernel', KERNEL));
});

it('busybox: static changes the recipe', async () => {
  expect(await resultOf('busybox', { ...BUSYBOX, static: false })).not.toBe(
    await resultOf('busybox', BUSYBOX),
  );
});

it('kernel, config: embeddedInitramfs changes the recipe, by lines behind the fragments', async () => {
  const options = { ...KERNEL, fragments: ['a.config'], embeddedInitramfs: 'rootfs' };
  expect(await resultOf('kernel', options)).not.toBe(
    await resultOf('kernel', { ...KERNEL, fragments: ['a.config'] }),
  );
  expect(fragmentReferences(options, 'kernel', '/ws')).toEqual([
    { kind: 'file', path: '/ws/a.config', shown: 'a.config' },
    { kind: 'option', option: 'embeddedInitramfs', line: 'CONFIG_BLK_DEV_INITRD=y' },
    {
      kind: 'option',
      option: 'embeddedInitramfs',
      line: 'CONFIG_INITRAMFS_SOURCE="embedded-initramfs.cpio.packed"',
    },
  ]);
});

it('kernel, config: llvm changes recipe and make', async () => {
  expect(await resultOf('kernel', { ...KERNEL, llvm: true })).not.toBe(await resultOf('kernel', KERNEL));
});

it('kernel, config: patches change the recipe, by their content and order', async () => {
  const tarball = join(mkdtempSync(join(tmpdir(), 'bringup-nx-spec-')), 'kernel.tar');
  execFileSync('tar', ['--create', `--file=${tarball}`, `--directory=${FIXTURES}`, 'fake-kernel']);
  const sha256 = createHash('sha256').update(readFileSync(tarball)).digest('hex');
  const source = { kind: 'tarball' as const, url: `file://${tarball}`, sha256 };
  const identity = async (...patches: string[]) =>
    (await openKconfigProject(task(), 'kernel', { ...KERNEL, source, patches })).ingredients('config').source;
  const identities = [
    await identity(),
    await identity('a.patch'),
    await identity('a.patch', 'b.patch'),
    await identity('b.patch', 'a.patch'),
  ];
  expect(new Set(identities).size).toBe(4);
});

it('config: program changes the recipe', async () => {
  expect(await resultOf('busybox', KERNEL)).not.toBe(await resultOf('kernel', KERNEL));
});

it.each([
  ['kernel', ['embeddedInitramfs', 'dtbs', 'llvm', 'patches']],
  ['busybox', ['static', 'patches']],
  ['config', ['embeddedInitramfs', 'static', 'program', 'llvm', 'patches']],
])('every option of %s is in those tables', (name, more) => {
  const schema = JSON.parse(readFileSync(schemaFile('executors', name), 'utf8'));
  const tested = new Set([...CHANGES.map(([option]) => option as string), ...more]);
  expect([...tested].sort()).toEqual(Object.keys(schema.properties).sort());
});

it('gives the same options the same result', async () => {
  expect(await resultOf('kernel', { ...KERNEL })).toBe(await resultOf('kernel', KERNEL));
});

it('names fragments and bases as the engine takes them', () => {
  const options = { ...KERNEL, fragments: ['a.config', '/abs.config', 'tree:x.config', 'preset:virt-arm64'] };
  expect(fragmentReferences(options, 'kernel', '/ws')).toEqual([
    { kind: 'file', path: '/ws/a.config', shown: 'a.config' },
    { kind: 'file', path: '/abs.config', shown: '/abs.config' },
    { kind: 'tree', name: 'x.config' },
    { kind: 'file', path: expect.stringMatching(/virt-arm64\.config$/), shown: 'preset:virt-arm64' },
  ]);
  const base = (name: ProgramName, options: KconfigOptions) =>
    baseConfig({ program: KCONFIG_PROGRAMS[name], options }, '/ws');
  expect(base('kernel', KERNEL)).toEqual({ kind: 'goal', goal: 'defconfig' });
  expect(base('u-boot', KERNEL)).toEqual({ kind: 'goal', goal: 'qemu-x86_64_defconfig' });
  expect(base('u-boot', { ...KERNEL, base: 'x_defconfig' })).toEqual({ kind: 'goal', goal: 'x_defconfig' });
  expect(base('kernel', { ...KERNEL, base: './full' })).toEqual({
    kind: 'file',
    path: '/ws/full',
    shown: './full',
  });
});

it.each([
  [undefined, 'CONFIG_STATIC=y'],
  [true, 'CONFIG_STATIC=y'],
  [false, '# CONFIG_STATIC is not set'],
])('static %s of BusyBox comes before its fragments', (value, line) => {
  const references = fragmentReferences({ ...BUSYBOX, static: value, fragments: ['a'] }, 'busybox', '/ws');
  expect(references[0]).toEqual({ kind: 'option', option: 'static', line });
  expect(references).toHaveLength(2);
});

it.each([
  ['does not exist', 'no/such', 'SOURCE_MISSING'],
  ['is a file', 'a.config', 'SOURCE_MISSING'],
])('refuses a source directory that %s', async (_what, path, code) => {
  await expect(
    openKconfigProject(task(), 'kernel', { ...KERNEL, source: directory(path) }),
  ).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/source directory .*Correct the option "source"/),
  });
});

it('knows what the project of a task needs by its declaration', async () => {
  const declared = (kind: string, options: object) =>
    makeTask(root, 'p', {
      p: { root: 'p', targets: { build: { executor: `@bringup/nx:${kind}`, options: { ...options } } } },
    });
  const names = (kind: string, options: object) =>
    needsOf(declared(kind, options)).then(({ toolNames }) => toolNames);
  expect(await names('kernel', KERNEL)).toEqual(['x86_64-linux-gnu-gcc', 'x86_64-linux-gnu-ld']);
  expect(await names('busybox', { ...BUSYBOX, crossCompile: '/opt/my-' })).toEqual([
    'my-gcc',
    'my-ld',
    'my-libc',
  ]);
  expect(await names('initramfs', { arch: 'arm64' })).toEqual(['zlib']);
  expect(await names('initramfs', { arch: 'arm64', compression: 'none' })).toEqual([]);
  expect(await names('qemu', { arch: 'arm64' })).toEqual(['qemu-system-aarch64']);
  expect(kconfigNeeds('kernel', KERNEL, '/ws').source).toEqual(directory('/ws/kernel'));
  // Of update, and of doctor, Nx checks no options but their own.
  await expect(names('kernel', { ...KERNEL, source: { kind: 'directry' } })).rejects.toThrow(
    /Did you mean directory/,
  );
  await expect(needsOf(makeTask(root, 'nobody'))).rejects.toMatchObject({ code: 'NOT_A_PROJECT' });
});
