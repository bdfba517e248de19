import type { CreateDependenciesContext } from '@nx/devkit';
import { checkReferences } from './check-references.js';
import { openVariant } from '../kinds/kconfig/variant.js';
import { artifactPath } from '../tasks/referenced.js';
import { slipsOf } from '../generators/doctor/generator.js';
import type { DeclaredKind } from '../options/declared-kinds.js';
import { findDeclaration } from '../workspace/declaration.js';
import { inferProjects, makeTask, makeWorkspace, project } from '../testing/workspace.js';
import { createDependencies } from './create-dependencies.js';
import { createNodesV2 } from './create-nodes.js';
import { referencesIn } from './references.js';

const OPTIONS: [DeclaredKind, object, Record<string, string>][] = [
  [
    'qemu',
    {
      kernel: 'a',
      initramfs: 'b',
      boot: { via: 'u-boot', uBoot: 'c', image: 'd', disk: 'e', iso: 'f' },
      dtb: 'g:x.dtb',
      drives: [{ file: 'plain.img' }, { file: 'h:disk.img' }],
      firmware: 'i:rom',
    },
    {
      kernel: 'a',
      initramfs: 'b',
      'boot.uBoot': 'c',
      'boot.image': 'd',
      'boot.disk': 'e',
      'boot.iso': 'f',
      dtb: 'g',
      'drives[1].file': 'h',
      firmware: 'i',
    },
  ],
  ['kernel', { embeddedInitramfs: 'a' }, { embeddedInitramfs: 'a' }],
  ['kernel-module', { kernel: 'a' }, { kernel: 'a' }],
  [
    'initramfs',
    { busybox: 'a', files: [{ from: 'b:x' }], modules: ['x', { project: 'c' }, { kernel: 'd', names: [] }] },
    { busybox: 'a', 'files[0].from': 'b', 'modules[1].project': 'c', 'modules[2].kernel': 'd' },
  ],
  ['uboot-image', { kernel: 'a', initramfs: 'b', uBoot: 'c' }, { kernel: 'a', initramfs: 'b', uBoot: 'c' }],
  ['iso-image', { kernel: 'a', files: [{ from: 'b:x' }] }, { kernel: 'a', 'files[0].from': 'b' }],
  [
    'disk-image',
    { partitions: [{}, { busybox: 'a', files: [{ from: 'b:x' }], boot: { kernel: 'c' } }] },
    { 'partitions[1].busybox': 'a', 'partitions[1].files[0].from': 'b', 'partitions[1].boot.kernel': 'c' },
  ],
  ['program', { kernel: 'a' }, {}],
];

it.each(OPTIONS)('a %s project names projects by the options %j', (kind, options, expected) => {
  const found = referencesIn(kind, options as never).map(({ option, project: name }) => [option, name]);
  expect(Object.fromEntries(found)).toEqual(expected);
});

it.each(OPTIONS.filter(([kind]) => kind !== 'program'))(
  'a slip in a %s project stops its target alone, and doctor lists it: %j',
  async (kind, options, expected) => {
    const files = {
      'own/project.json': project('own', kind, { arch: 'arm64', ...options }),
      'kernel/project.json': project('kernel', 'kernel', { arch: 'arm64' }),
    };
    const inferred = await inferProjects(makeWorkspace(files), Object.keys(files));
    expect(inferred['own']!.implicitDependencies).toEqual([]);

    const projects = { own: { ...files['own/project.json'], root: 'own' }, kernel: { root: 'kernel' } };
    const [[option, slip]] = Object.entries(expected) as [[string, string]];
    const task = makeTask('/ws', 'own', projects);
    expect(() => checkReferences(task, options)).toThrow(
      `${option}: there is no project ${JSON.stringify(slip)}. There are: own, kernel`,
    );
    const slips = slipsOf([task.declaration!], ['kernel']);
    expect(slips).toHaveLength(Object.keys(expected).length);
    expect(slips[0]).toContain(`own/project.json: ${option}: there is no project`);
  },
);

it('the closest match of a slip is named', () => {
  const board = { root: 'board', targets: project('board', 'qemu', { kernel: 'kernle' }).targets };
  const task = makeTask('/ws', 'board', { board, kernel: { root: 'kernel' } });
  expect(() => checkReferences(task, { kernel: 'kernle' })).toThrow(
    'kernel: there is no project "kernle". Did you mean kernel?',
  );
  expect(() => checkReferences(task, { kernel: 'kernel' })).not.toThrow();
});

it('edges lead to projects of other plugins as well, and to nothing that does not exist', () => {
  const own = project('rootfs', 'initramfs', {
    arch: 'arm64',
    busybox: 'box',
    files: [{ from: 'app:app.bin' }, { from: 'toString:x' }, { from: 'nobody:x' }],
  });
  const projects = {
    rootfs: { ...own, root: 'rootfs', implicitDependencies: ['box'] },
    box: { root: 'box' },
    app: { root: 'app' },
  };
  const edges = createDependencies(undefined, { projects } as unknown as CreateDependenciesContext);
  expect(edges).toEqual([{ source: 'rootfs', target: 'app', type: 'implicit' }]);
});

it.each<[string, unknown]>([
  ['null', null],
  ['a string', 'x'],
  ['a number', 7],
  ['a list', ['x']],
])('options, configurations, executors and targets that are %s break nothing', async (_what, value) => {
  const wrong = {
    options: { executor: '@bringup/nx:kernel', options: value },
    configurations: { executor: '@bringup/nx:kernel', options: {}, configurations: value },
    variant: { executor: '@bringup/nx:kernel', options: {}, configurations: { debug: value } },
    executor: { executor: value, options: {} },
    json: undefined,
  };
  const files = Object.fromEntries(
    Object.entries(wrong).map(([name, build]) => [
      `${name}/project.json`,
      build === undefined ? value : { name, targets: { build } },
    ]),
  );
  const good = { 'good/project.json': project('good', 'kernel', { arch: 'arm64' }) };
  const inferred = await inferProjects(
    makeWorkspace({ ...files, ...good }),
    Object.keys({ ...files, ...good }),
  );
  expect(Object.keys(inferred).sort()).toEqual(['configurations', 'good', 'options', 'variant']);
});

it.each<[string, unknown, string]>([
  ['a target', { name: 'bad', targets: { build: null } }, 'the target "build" is null, not an object'],
  ['a target', { name: 'bad', targets: { build: 'x' } }, 'the target "build" is "x", not an object'],
  ['a target', { name: 'bad', targets: { build: [1] } }, 'the target "build" is [1], not an object'],
  ['targets', { name: 'bad', targets: null }, '"targets" is null, not an object'],
  ['targets', { name: 'bad', targets: ['x'] }, '"targets" is ["x"], not an object'],
])('%s that Nx stops at are explained, and the other projects are read: %j', async (_what, bad, message) => {
  const files = {
    'bad/project.json': bad,
    'good/project.json': project('good', 'kernel', { arch: 'arm64' }),
  };
  const read = async () =>
    createNodesV2[1](Object.keys(files), undefined, {
      workspaceRoot: makeWorkspace(files),
      nxJsonConfiguration: {},
    });
  await expect(read()).rejects.toMatchObject({
    errors: [['bad/project.json', expect.objectContaining({ message: expect.stringContaining(message) })]],
    partialResults: [['good/project.json', expect.anything()]],
  });
});

it.each(['toString', 'constructor', '__proto__'])(
  'a variant is not one because objects have %s',
  async (variant) => {
    const kernel = project('kernel', 'kernel', { arch: 'arm64' });
    const task = makeTask(
      '/ws',
      'kernel',
      { kernel: { ...kernel, root: 'kernel' } },
      { configuration: variant },
    );
    await expect(openVariant(task, variant)).rejects.toMatchObject({
      code: 'UNKNOWN_VARIANT',
      message: `kernel has no variant ${variant}. Variants: none`,
    });
    expect(artifactPath(task, 'kernel', 'Image')).toBe('/ws/dist/kernel/Image');
    expect(
      findDeclaration({ name: 'x', root: 'x', targets: { build: { executor: `@bringup/nx:${variant}` } } }),
    ).toBe(undefined);
  },
);
