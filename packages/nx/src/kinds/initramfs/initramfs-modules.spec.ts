import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileTree, hashTree, type TreeEntry } from '@bringup/rootfs';
import type { InitramfsOptions } from '../../generated/initramfs-options.js';
import { publishKernel, publishModules, RELEASE } from '../../testing/modules.js';
import { makeTask, makeWorkspace, writeManifests } from '../../testing/workspace.js';
import { planModules } from './initramfs-modules.js';
import { checkModuleKernels } from '../../trees/module-kernels.js';

type Modules = NonNullable<InitramfsOptions['modules']>;

let root: string;
beforeAll(async () => {
  root = makeWorkspace();
  await publishKernel(
    root,
    'kernel',
    {
      '9p': { depends: ['9pnet'], parameters: ['debug'] },
      '9pnet': {},
      broken: { needs: ['nowhere'] },
    },
    ['ext4'],
  );
  await publishModules(root, 'hello', {
    hello: { parameters: ['who', 'n'], needs: ['printk'] },
    'hello-two': {},
  });
  await publishModules(root, 'stale', { stale: { release: '5.10.0' } });
  await publishModules(root, 'needy', { needy: { depends: ['nosuch'] } });
  for (const name of ['off', 'unbuilt']) await publishModules(root, name, {});
  writeFileSync(join(root, 'dist/off/.config'), '# CONFIG_MODULES is not set\n');
  writeManifests(
    root,
    ...['kernel', 'hello', 'stale', 'needy', 'off', 'unbuilt'].map((name) => `dist/${name}`),
  );
});

const kernelOf = (arch = 'arm64') => ({
  root: 'kernel',
  targets: { build: { executor: '@bringup/nx:kernel', options: { arch } } },
});
const moduleFor = (kernel: string) => ({
  root: 'module',
  targets: { build: { executor: '@bringup/nx:kernel-module', options: { kernel } } },
});
const initramfsWith = (modules: Modules) => ({
  root: 'rootfs',
  targets: { build: { executor: '@bringup/nx:initramfs', options: { arch: 'arm64', modules } } },
});
const task = (modules: Modules = []) =>
  makeTask(root, 'rootfs', {
    kernel: kernelOf(),
    off: kernelOf(),
    unbuilt: kernelOf(),
    other: kernelOf('x86_64'),
    rootfs: initramfsWith(modules),
    ...Object.fromEntries(['hello', 'stale', 'needy'].map((name) => [name, moduleFor('kernel')])),
  });

async function planned(...modules: Modules) {
  const own = task(modules);
  const plan = await planModules(own, { arch: 'arm64', modules });
  const tree = new FileTree();
  await plan.addTo(tree);
  return { load: plan.load, tree, notes: own.notes };
}
const text = (entry: TreeEntry | undefined) =>
  entry?.type === 'file' && 'data' in entry.content ? Buffer.from(entry.content.data).toString() : undefined;
const place = `lib/modules/${RELEASE}`;
const modulesIn = (tree: FileTree) =>
  tree.entries().flatMap(({ path }) => (path.endsWith('.ko') ? [path.slice(place.length + 1)] : []));

it('takes modules of projects and of kernels with what they need, indices and parameters', async () => {
  const { load, tree } = await planned(
    'by_overlay',
    { project: 'hello', names: ['hello'], parameters: { who: 'board', n: 3 } },
    { kernel: 'kernel', names: ['9p'] },
  );
  expect(load).toEqual(['by_overlay', 'hello', '9p']);
  expect(modulesIn(tree)).toEqual(['kernel/9p.ko', 'kernel/9pnet.ko', 'updates/hello.ko']);
  // depmod finds dependencies by symbols, which these modules have none of.
  expect(text(tree.get(`${place}/modules.dep`))).toContain('updates/hello.ko:');
  expect(text(tree.get(`${place}/modules.dep.bb`))).toContain('kernel/9p.ko\n9pnet\n\n');
  expect(text(tree.get('etc/modprobe.d/hello.conf'))).toBe('options hello who=board n=3\n');
  expect(tree.get(`${place}/modules.builtin`)).toMatchObject({ type: 'file', mode: 0o644 });
});

it('takes all modules of a project, by the names that the kernel has for them', async () => {
  const { load, tree } = await planned({ project: 'hello', load: false });
  expect(load).toEqual([]);
  expect(modulesIn(tree)).toEqual(['updates/hello-two.ko', 'updates/hello.ko']);
  expect((await planned({ project: 'hello', names: ['hello-two'] })).load).toEqual(['hello_two']);
});

it('passes over what is built in, and says so', async () => {
  const { load, tree, notes } = await planned({ kernel: 'kernel', names: ['ext4', '9pnet'] });
  expect(load).toEqual(['9pnet']);
  expect(modulesIn(tree)).toEqual(['kernel/9pnet.ko']);
  expect(notes).toEqual(['modules: ext4 is built into kernel, so there is nothing to add']);
});

it.each<[string, Modules, Modules]>([
  ['project', [{ project: 'hello' }], []],
  ['names', [{ project: 'hello', names: ['hello'] }], [{ project: 'hello' }]],
  ['load', [{ project: 'hello' }], [{ project: 'hello', load: false }]],
  [
    'parameters',
    [{ project: 'hello', names: ['hello'], parameters: { who: 'a' } }],
    [{ project: 'hello', names: ['hello'], parameters: { who: 'b' } }],
  ],
  ['kernel', [{ kernel: 'kernel', names: ['9pnet'] }], []],
  ['names of a kernel', [{ kernel: 'kernel', names: ['9pnet'] }], [{ kernel: 'kernel', names: ['9p'] }]],
])('%s changes the plan', async (_option, one, other) => {
  const shape = async (modules: Modules) => {
    const { load, tree } = await planned(...modules);
    return [load, await hashTree(tree)];
  };
  expect(await shape(one)).not.toEqual(await shape(other));
  expect(await shape(one)).toEqual(await shape(one));
});

it.each<[string, Modules, string, string]>([
  ['a project that is none', [{ project: 'kernel' }], 'NOT_A_MODULE_PROJECT', '@bringup/nx:kernel-module'],
  ['a kernel that is none', [{ kernel: 'hello', names: ['x'] }], 'NOT_A_KERNEL_PROJECT', 'hello'],
  ['another arch', [{ kernel: 'other', names: ['x'] }], 'ARCH_MISMATCH', 'x86_64'],
  ['a kernel without modules', [{ kernel: 'off', names: ['x'] }], 'MODULES_OFF', 'preset:modules'],
  ['a kernel that is not built', [{ kernel: 'unbuilt', names: ['x'] }], 'NOT_BUILT', 'modules.tar'],
  ['an unknown module', [{ kernel: 'kernel', names: ['9pnett'] }], 'UNKNOWN_MODULE', 'Near: 9pnet'],
  [
    "a module that is not the project's",
    [{ project: 'hello', names: ['9p'] }],
    'UNKNOWN_MODULE',
    'hello_two, hello',
  ],
  [
    'an unknown parameter',
    [{ project: 'hello', names: ['hello'], parameters: { whom: 'x' } }],
    'UNKNOWN_PARAMETER',
    'Its parameters: who, n',
  ],
  [
    'a parameter of one of several',
    [{ project: 'hello', parameters: { who: 'x' } }],
    'MODULE_PARAMETER',
    'an entry of its own',
  ],
  [
    'a parameter of what is built in',
    [{ kernel: 'kernel', names: ['ext4'], parameters: { debug: 1 } }],
    'MODULE_PARAMETER',
    "board's append",
  ],
  ['a module of an older kernel', [{ project: 'stale' }], 'MODULE_OTHER_KERNEL', 'vermagic "5.10.0 SMP"'],
  [
    'a missing dependency',
    [{ project: 'needy' }],
    'MODULE_DEPENDENCY_MISSING',
    'needy needs the module nosuch',
  ],
  [
    'an unresolved symbol',
    [{ kernel: 'kernel', names: ['broken'] }],
    'MODULE_UNRESOLVED',
    'broken needs unknown symbol nowhere',
  ],
])('refuses %s', async (_what, modules, code, message) => {
  await expect(planned(...modules)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});

it('refuses to boot a kernel that would load none of them', () => {
  const check = (kernel: string, ...modules: Modules) => checkModuleKernels(task(modules), kernel, 'rootfs');
  expect(() => check('other', { project: 'hello' })).toThrow(
    'boots the kernel other, but the modules in rootfs (hello) are built for kernel',
  );
  check('kernel', { project: 'hello' });
  // One for several kernels, and one whose modules nobody here knows.
  check('other', { project: 'hello' }, { kernel: 'other', names: ['x'] });
  check('other', 'by_overlay');
  expect(() => checkModuleKernels(task(), 'kernel', undefined)).not.toThrow();
});
