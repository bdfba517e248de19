import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaFile, schemaNames } from '../options/check-options.js';
import { findDeclaration } from '../workspace/declaration.js';
import { projectJson, type ProjectDescription } from '../workspace/describe.js';
import { virtualWorkspace, type VirtualWorkspace } from '../testing/virtual-workspace.js';
import ignoreEntries from '../migrations/ignore-entries.js';
import { requireWritable } from './writable.js';

let workspace: VirtualWorkspace;
beforeEach(() => {
  workspace = virtualWorkspace();
});

const PACKAGE = join(__dirname, '..', '..');
const readJson = (path: string) => JSON.parse(readFileSync(join(PACKAGE, path), 'utf8'));

describe('schemas', () => {
  const all = (['executors', 'generators'] as const).flatMap((kind) =>
    schemaNames(kind).map((name) => [kind, name] as const),
  );

  it.each(all)('%s %s describes itself and each option', (kind, name) => {
    const { description, properties } = JSON.parse(readFileSync(schemaFile(kind, name), 'utf8'));
    expect(description).toMatch(/^[A-Z].{20,}\.$/);
    for (const property of Object.values(properties)) expect(property).toHaveProperty('description');
  });

  it.each(all)('%s %s is listed, and refuses what it does not have', async (kind, name) => {
    const entry = readJson(`${kind}.json`)[kind][name];
    const module = kind === 'executors' ? 'plugin' : kind;
    expect(Object.values(entry)).toContain(`./dist/${module}/checked.js#${name}`);
    expect(readJson(entry.schema).additionalProperties.not).toEqual({});
  });

  it.each(schemaNames('generators'))('the examples of %s name options that it has', (name) => {
    const { examples, properties } = readJson(`src/generators/${name}/schema.json`);
    expect(examples.length).toBeGreaterThan(0);
    for (const { command } of examples as { command: string }[]) {
      expect(command.startsWith(`nx g @bringup/nx:${name}`)).toBe(true);
      const named = [...command.matchAll(/ --([\w-]+)/g)].map(([, option]) => option!);
      const known = [...Object.keys(properties), 'quiet', 'dry-run'];
      expect(named.filter((option) => !known.includes(option))).toEqual([]);
    }
  });
});

it.each<ProjectDescription>([
  { kind: 'qemu', project: 'b', root: 'boards/b', options: { arch: 'arm64' } },
  {
    kind: 'kernel',
    project: 'k',
    root: 'k',
    options: { arch: 'arm' },
    configurations: { debug: { jobs: 1 } },
  },
])('what is described is what is read: $kind', (description) => {
  const json = projectJson(description);
  expect(findDeclaration({ ...json, root: description.root })).toMatchObject({
    kind: description.kind,
    options: description.options,
    configurations: description.configurations ?? {},
  });
});

describe('init', () => {
  it('sets a workspace up once', async () => {
    await workspace.generate('init');
    const files = workspace.files();
    expect(workspace.json('nx.json')).toMatchObject({ plugins: ['@bringup/nx'] });
    expect(files['.gitignore']!.split('\n')).toEqual(expect.arrayContaining(['dist', '.bringup', '.nx']));
    expect(files['.nxignore']).toBe('.bringup\n');
    await workspace.generate('init');
    expect(workspace.files()).toEqual(files);
  });

  it('keeps what is there, in whatever way it is written', async () => {
    workspace.tree.write('.gitignore', '/dist/\n.bringup/**\n.nx/');
    workspace.tree.write('.nxignore', 'tmp');
    workspace.tree.write(
      'nx.json',
      JSON.stringify({ plugins: ['x', { plugin: '@bringup/nx', options: {} }] }),
    );
    await workspace.generate('init');
    expect(workspace.files()['.gitignore']).toBe('/dist/\n.bringup/**\n.nx/');
    expect(workspace.files()['.nxignore']).toBe('tmp\n.bringup\n');
    expect(workspace.json('nx.json')).toEqual({ plugins: ['x', { plugin: '@bringup/nx', options: {} }] });
  });
});

describe('single projects', () => {
  it.each([
    ['kernel', { arch: 'riscv64', fragments: ['preset:debug'] }, { base: 'tinyconfig' }],
    ['busybox', { arch: 'arm' }, { source: { kind: 'debian-source', package: 'busybox' } }],
    ['u-boot', { arch: 'arm' }, { base: 'qemu_arm_defconfig' }],
    ['program', { arch: 'arm64' }, { sources: ['lib/p/main.c'] }],
    ['initramfs', { arch: 'arm64' }, { busybox: 'busybox-arm64', overlays: ['lib/p/overlay'] }],
  ])('%s %j', async (kind, options, wanted) => {
    await workspace.generate(kind, { name: 'p', directory: 'lib/p', ...options });
    expect(workspace.declarationOf('p')).toMatchObject({
      kind,
      root: 'lib/p',
      options: { arch: options.arch, ...wanted },
    });
    const before = workspace.files();
    await workspace.generate(kind, { name: 'p', directory: 'lib/p', ...options });
    expect(workspace.files()).toEqual(before);
  });

  it('a kernel has its fragments between the presets and its own', async () => {
    await workspace.generate('kernel', {
      name: 'k',
      arch: 'x86_64',
      fragments: ['preset:debug', 'tree:kvm_guest.config'],
    });
    expect(workspace.declarationOf('k')!.options.fragments).toEqual([
      ...['preset:pc-x86_64', 'preset:efi', 'preset:debug', 'tree:kvm_guest.config', 'k/kernel.config'],
    ]);
  });

  it('a tarball is a source with its checksum', async () => {
    const sha256 = 'a'.repeat(64);
    await workspace.generate('busybox', { name: 'b', arch: 'arm64', source: 'https://x/b.tar.bz2', sha256 });
    expect(workspace.declarationOf('b')!.options.source).toEqual({
      kind: 'tarball',
      url: 'https://x/b.tar.bz2',
      sha256,
    });
  });

  it.each([
    ['kernel', { source: 'https://x/linux.git', tag: 'v6.12' }, { url: 'https://x/linux.git', tag: 'v6.12' }],
    [
      'busybox',
      { source: 'https://x/busybox', branch: 'master' },
      { url: 'https://x/busybox', branch: 'master' },
    ],
    [
      'u-boot',
      { source: 'ssh://git@x/u', commit: 'AB'.repeat(20) },
      { url: 'ssh://git@x/u', commit: 'ab'.repeat(20) },
    ],
    ['kernel', { source: 'file:///x/linux.git/', tag: 'v1' }, { url: 'file:///x/linux.git/', tag: 'v1' }],
  ])('a %s from a git repository: %j', async (kind, options, source) => {
    await workspace.generate(kind, { name: 'p', arch: 'arm64', ...options });
    expect(workspace.declarationOf('p')!.options.source).toEqual({ kind: 'git', ...source });
  });

  it('a program is put into an initramfs, once', async () => {
    await workspace.generate('initramfs', { name: 'r', arch: 'arm64' });
    for (let run = 0; run < 2; run++)
      await workspace.generate('program', { name: 'p', arch: 'arm64', initramfs: 'r' });
    expect(workspace.declarationOf('r')!.options.files).toEqual([{ path: '/usr/bin/p', from: 'p:p' }]);
  });

  it('a module is built against its kernel, and an initramfs loads it, once', async () => {
    await workspace.generate('kernel', { name: 'k', arch: 'arm64' });
    await workspace.generate('initramfs', { name: 'r', arch: 'arm64' });
    for (let run = 0; run < 2; run++)
      await workspace.generate('module', { name: 'my-module', kernel: 'k', initramfs: 'r' });
    expect(workspace.declarationOf('my-module')).toMatchObject({
      kind: 'kernel-module',
      options: { kernel: 'k' },
    });
    expect(workspace.declarationOf('r')!.options.modules).toEqual([{ project: 'my-module' }]);
    const files = workspace.files();
    expect(files['my-module/Kbuild']).toBe('obj-m := my_module.o\n');
    expect(files['my-module/my_module.c']).toContain('module_init(my_module_init);');
  });

  it.each([
    [{ kernel: 'r' }, 'WRONG_PROJECT'],
    [{ kernel: 'kk' }, 'UNKNOWN_PROJECT'],
    [{ kernel: 'k', initramfs: 'r' }, 'WRONG_PROJECT'],
  ])('a module %j is refused', async (options, code) => {
    await workspace.generate('kernel', { name: 'k', arch: 'x86_64' });
    await workspace.generate('initramfs', { name: 'r', arch: 'arm64' });
    const before = workspace.files();
    await expect(workspace.generate('module', { name: 'm', ...options })).rejects.toMatchObject({ code });
    expect(workspace.files()).toEqual(before);
  });

  it('a program for another architecture is not', async () => {
    await workspace.generate('initramfs', { name: 'r', arch: 'arm64' });
    await expect(
      workspace.generate('program', { name: 'p', arch: 'arm', initramfs: 'r' }),
    ).rejects.toMatchObject({
      code: 'WRONG_PROJECT',
      message: expect.stringContaining(
        'r is a initramfs project for arm64'.replace('a initramfs', 'an initramfs'),
      ),
    });
  });

  it('a disk boots only where there is a loader for it', async () => {
    await workspace.generate('board', { name: 'b', arch: 'x86_64' });
    const options = { name: 'd', arch: 'x86_64', initramfs: 'rootfs-x86_64', kernel: 'kernel-x86_64' };
    await workspace.generate('disk', options);
    expect(workspace.declarationOf('d')!.options.partitions).toHaveLength(2);
    await workspace.generate('board', { name: 'a', arch: 'arm64' });
    const arm = { name: 'e', arch: 'arm64', initramfs: 'rootfs-arm64', kernel: 'kernel-arm64' };
    await expect(workspace.generate('disk', arm)).rejects.toMatchObject({ code: 'NO_BOOT_PATH' });
  });
});

describe('fragment', () => {
  beforeEach(() => workspace.generate('kernel', { name: 'k', arch: 'arm64' }));

  it('is the last of the list, with lines as Kconfig has them', async () => {
    const options = { name: 'net', project: 'k', set: ['VIRTIO_NET=y', 'CONFIG_IPV6=n', 'LOG_BUF_SHIFT=16'] };
    await workspace.generate('fragment', options);
    expect(workspace.files()['k/net.config']).toBe(
      "# Lines of k's own.\n\nCONFIG_VIRTIO_NET=y\n# CONFIG_IPV6 is not set\nCONFIG_LOG_BUF_SHIFT=16\n",
    );
    const { targets } = workspace.json('k/project.json') as {
      targets: { build: { options: { fragments: string[] } } };
    };
    expect(targets.build.options.fragments.at(-1)).toBe('{projectRoot}/net.config');
    const before = workspace.files();
    await workspace.generate('fragment', options);
    expect(workspace.files()).toEqual(before);
  });

  it('is for a variant alone', async () => {
    await workspace.generate('fragment', { name: 'trace', project: 'k', variant: 'trace' });
    expect(workspace.declarationOf('k')!.configurations).toEqual({
      trace: { extraFragments: ['k/trace.config'] },
    });
  });

  it.each([
    [{ project: 'k', set: ['FOO'] }, 'BAD_FRAGMENT_LINE'],
    [{ project: 'k', set: ['A B=y'] }, 'BAD_FRAGMENT_LINE'],
    [{ project: 'k', name: '../x' }, 'BAD_FRAGMENT_NAME'],
    [{ project: 'k', variant: 'a/b' }, 'BAD_FRAGMENT_NAME'],
    [{ project: 'kk' }, 'UNKNOWN_PROJECT'],
    [{ project: 'k', name: 'kernel', set: ['A=y'] }, 'FILE_EXISTS'],
  ])('refuses %j: %s', async (options, code) => {
    await expect(workspace.generate('fragment', { name: 'f', ...options })).rejects.toMatchObject({ code });
  });
});

it('what cannot be written is refused before anything is', () => {
  const changes = {
    root: __dirname,
    listChanges: () => [{ path: 'new/project.json', type: 'CREATE' as const, content: null }],
  };
  const closed = () => {
    throw new Error('EACCES');
  };
  expect(() => requireWritable(changes, () => undefined)).not.toThrow();
  expect(() => requireWritable(changes, closed)).toThrow(
    `new/project.json cannot be written: this user may not write to ${__dirname}. Nothing was changed`,
  );
});

describe('init', () => {
  const copy = 'workspace-configs/kconfig/debug.config';

  it('copies the presets that are asked for, and leaves a copy that was edited', async () => {
    await workspace.generate('init', { presets: ['debug', 'virtio'] });
    expect(workspace.files()[copy]).toContain('CONFIG_DEBUG_INFO');
    expect(workspace.files()['workspace-configs/kconfig/virtio.config']).toContain('CONFIG_VIRTIO');
    workspace.tree.write(copy, 'CONFIG_MINE=y\n');
    await workspace.generate('init', { presets: ['debug'] });
    expect(workspace.files()[copy]).toBe('CONFIG_MINE=y\n');
    await workspace.generate('kernel', { name: 'k', arch: 'arm64', fragments: [copy] });
    expect(workspace.declarationOf('k')!.options.fragments).toContain(copy);
  });

  it('refuses a preset that is not there', async () => {
    await expect(workspace.generate('init', { presets: ['debgu'] })).rejects.toMatchObject({
      code: 'UNKNOWN_PRESET',
      message: expect.stringContaining('Did you mean debug?'),
    });
  });
});

describe('migration ignore-entries', () => {
  it('adds what a workspace set up by hand lacks, and knows when there is nothing of Bringup', async () => {
    const before = workspace.files();
    ignoreEntries(workspace.tree);
    expect(workspace.files()).toEqual(before);
    const targets = { build: { executor: '@bringup/nx:kernel', options: { arch: 'arm64' } } };
    workspace.tree.write('k/project.json', JSON.stringify({ name: 'k', targets }));
    workspace.tree.write('.gitignore', 'node_modules\ndist');
    ignoreEntries(workspace.tree);
    expect(workspace.files()['.gitignore']).toBe('node_modules\ndist\n.bringup\n.nx\n');
    expect(workspace.files()['.nxignore']).toBe('.bringup\n');
  });

  it('is listed with a version and what implements it', () => {
    const { generators } = readJson('migrations.json');
    expect(generators['ignore-entries']).toMatchObject({
      version: readJson('package.json').version,
      implementation: './dist/migrations/ignore-entries.js',
    });
  });
});
