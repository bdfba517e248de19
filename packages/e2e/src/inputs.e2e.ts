import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeBareWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx } from './nx-run.js';
import { taskInputs } from './task-inputs.js';

/** Names in which Nx finds a pattern, or a shell or JSON something of its own. */
const NAMES = [
  ...[
    'a(b).config',
    'tool (copy).c',
    'a{b,c}.config',
    'a{b',
    'a}b',
    '+(x)',
    '@(x)',
    '?(x)',
    '*(x)',
    '!(x)',
    'a(b',
    'c++',
  ],
  ...[
    '!lead',
    '#lead',
    'a!b',
    'a[b].c',
    'a[b',
    'a]b',
    '[!x]',
    'a^b',
    'a|b',
    'a\\b',
    'a?b',
    'a*b',
    '**',
    '~a',
    'a:b',
  ],
  ...[' lead', 'a b', 'a,b', 'a\nb', "a'b", 'a"b', 'a$b', 'a;b', '-a', '.hidden', 'ü.c', '日本', '😀.c'],
];

describe('what an option names is an input', () => {
  let workspace: FakeWorkspace;
  const json = (path: string, value: unknown) => workspace.write(path, JSON.stringify(value));
  const project = (name: string, executor: string, options: object, more: object = {}) =>
    json(`${name}/project.json`, {
      name,
      targets: { build: { executor: `@bringup/nx:${executor}`, options, ...more } },
    });
  const inputsOf = async (...tasks: string[]) => taskInputs(workspace.root, tasks);
  /** The projects that Nx lists as affected by a change of files. */
  const affected = async (...files: string[]) => {
    const args = ['show', 'projects', '--affected', '--json', `--files=${files.join(',')}`];
    const { output } = await nx(args, { cwd: workspace.root });
    return (JSON.parse(/^\[.*\]$/m.exec(output)![0]) as string[]).sort();
  };

  beforeEach(() => {
    workspace = makeBareWorkspace();
    json('nx.json', { plugins: ['@bringup/nx'], analytics: false });
    workspace.write('.gitignore', 'node_modules\n.nx\ndist\n');
  });
  afterEach(() => workspace.remove());

  it('whatever characters its name has', async () => {
    for (const name of NAMES) {
      workspace.write(`files/${name}`, name);
      workspace.write(`dir/${name}/file`, name);
      workspace.write(`modules/${name}/a.h`, name);
    }
    const kernel = { arch: 'x86_64', source: { kind: 'directory', path: '/nowhere' } };
    project('kernel', 'kernel', { ...kernel, fragments: NAMES.map((name) => `files/${name}`) });
    project('tool', 'program', {
      arch: 'x86_64',
      sources: NAMES.map((name) => `files/${name}`),
      headers: NAMES.filter((name) => !/[*?]/.test(name)).map((name) => `modules/${name}/*.h`),
    });
    project('rootfs', 'initramfs', { arch: 'x86_64', overlays: NAMES.map((name) => `dir/${name}`) });
    const inputs = await inputsOf('kernel:config', 'tool:build', 'rootfs:build');
    const missing = (task: string, paths: string[]) =>
      paths.filter((path) => !inputs[task]!.files.includes(path));
    expect(
      missing(
        'kernel:config',
        NAMES.map((name) => `files/${name}`),
      ),
    ).toEqual([]);
    expect(
      missing(
        'tool:build',
        NAMES.map((name) => `files/${name}`),
      ),
    ).toEqual([]);
    expect(
      missing(
        'tool:build',
        NAMES.filter((name) => !/[*?]/.test(name)).map((name) => `modules/${name}/a.h`),
      ),
    ).toEqual([]);
    expect(
      missing(
        'rootfs:build',
        NAMES.map((name) => `dir/${name}/file`),
      ),
    ).toEqual([]);

    // Nx splits --files at commas.
    for (const name of NAMES.filter((own) => !own.includes(',')))
      if (['a(b).config', 'tool (copy).c', '!(x)', 'a\\b', '#lead', '😀.c'].includes(name))
        expect([name, await affected(`files/${name}`)]).toEqual([name, ['kernel', 'tool']]);
  });

  it('by an absolute path, or one that leaves the workspace and comes back', async () => {
    workspace.write('files/a.config', '');
    workspace.write('files/b.config', '');
    const kernel = { arch: 'x86_64', source: { kind: 'directory', path: '/nowhere' } };
    const fragments = [join(workspace.root, 'files/a.config'), '../workspace/files/b.config'];
    project('kernel', 'kernel', { ...kernel, fragments });
    const { files } = (await inputsOf('kernel:config'))['kernel:config']!;
    expect(files).toEqual(expect.arrayContaining(['files/a.config', 'files/b.config']));
  });

  it('where it is written on a target that follows, or in the defaults of nx.json', async () => {
    for (const name of ['a', 'b', 'c', 'd']) workspace.write(`files/${name}.config`, '');
    const kernel = { arch: 'x86_64', source: { kind: 'directory', path: '/nowhere' } };
    json('kernel/project.json', {
      name: 'kernel',
      targets: {
        build: { executor: '@bringup/nx:kernel', options: { ...kernel, extraFragments: ['files/a.config'] } },
        config: { options: { extraFragments: ['files/b.config'] } },
      },
    });
    const options = { fragments: ['files/c.config'] };
    json('nx.json', {
      plugins: ['@bringup/nx'],
      analytics: false,
      targetDefaults: {
        '@bringup/nx:kernel': { options, configurations: { debug: { base: 'files/d.config' } } },
      },
    });
    const { files } = (await inputsOf('kernel:config'))['kernel:config']!;
    const expected = ['files/a.config', 'files/b.config', 'files/c.config', 'files/d.config'];
    expect(files).toEqual(expect.arrayContaining(expected));
  });

  it("in an argument of QEMU's", async () => {
    for (const name of ['initrd.cpio', 'disk,a.img', 'shared/file', 'rom.bin', 'plain', 'flash.img'])
      workspace.write(`files/${name}`, '');
    workspace.write('rootlevel', '');
    json('board/project.json', {
      name: 'board',
      targets: {
        run: {
          executor: '@bringup/nx:qemu',
          options: {
            arch: 'x86_64',
            extraArgs: [
              ...[
                '-initrd',
                '{projectRoot}/../files/initrd.cpio',
                '-drive',
                'file=files/disk,,a.img,if=virtio',
              ],
              ...[
                '-drive',
                'file=fat:rw:files/shared',
                '-device',
                'loader,file=files/gone.bin',
                '-dtb',
                'rootlevel',
              ],
              ...[
                '-blockdev',
                '{"driver":"file","filename":"files/flash.img"}',
                '-initrd',
                '/elsewhere/initrd',
              ],
            ],
          },
        },
        test: { options: { extraArgs: ['-option-rom', 'files/rom.bin'] } },
      },
    });
    const { files, runtime } = (await inputsOf('board:test'))['board:test']!;
    expect(files).toEqual(
      expect.arrayContaining([
        ...['files/initrd.cpio', 'files/disk,a.img', 'files/shared/file', 'rootlevel'],
        ...['files/flash.img', 'files/rom.bin'],
      ]),
    );
    expect(files).not.toContain('files/plain');
    expect(runtime.join()).toContain('/elsewhere/initrd');
    expect(await affected('files/gone.bin')).toEqual(['board']);
    expect(await affected('files/shared/new')).toEqual(['board']);
  });

  it('together with what a symbolic link in its path leads to', async () => {
    const link = (path: string, target: string) => {
      workspace.write(`${path}.x`, '');
      symlinkSync(target, join(workspace.root, path));
    };
    for (const name of [
      'a.config',
      'b.config',
      'dir/c.config',
      'overlay/motd',
      'code.c',
      'code.h',
      'module.c',
    ])
      workspace.write(`real/${name}`, '');
    link('links/a', '../real/a.config');
    link('links/chain', 'second');
    link('links/second', join(workspace.root, 'real/b.config'));
    link('links/dir', '../real/dir');
    link('links/overlay', '../real/overlay');
    link('links/dangling', '../real/gone.config');
    link('links/circle', 'circle');
    link('links/outside', '/nowhere/at/all');
    link('tool/code.c', '../real/code.c');
    link('tool/code.h', '../real/code.h');
    link('module/module.c', '../real/module.c');
    const kernel = { arch: 'x86_64', source: { kind: 'directory', path: '/nowhere' } };
    const fragments = ['a', 'chain', 'dir/c.config', 'dangling', 'circle', 'outside'].map(
      (name) => `links/${name}`,
    );
    project('kernel', 'kernel', { ...kernel, fragments });
    project('tool', 'program', { arch: 'x86_64', sources: ['tool/code.c'], headers: ['tool/*.h'] });
    project('rootfs', 'initramfs', { arch: 'x86_64', overlays: ['links/overlay'] });
    project('module', 'kernel-module', { kernel: 'kernel' });
    const reads: [file: string, projects: string[]][] = [
      ['real/a.config', ['kernel', 'module']],
      ['real/b.config', ['kernel', 'module']],
      ['links/second', ['kernel', 'module']],
      ['real/dir/c.config', ['kernel', 'module']],
      ['real/gone.config', ['kernel', 'module']],
      ['real/overlay/motd', ['rootfs']],
      ['links/overlay', ['rootfs']],
      ['real/code.c', ['tool']],
      ['real/code.h', ['tool']],
      ['real/module.c', ['module']],
      ['real/dir/other', []],
    ];
    for (const [file, projects] of reads) expect([file, await affected(file)]).toEqual([file, projects]);
    const inputs = await inputsOf('kernel:config', 'tool:build', 'rootfs:build', 'module:build');
    const { files, runtime } = inputs['kernel:config']!;
    expect(files).toEqual(expect.arrayContaining(['real/a.config', 'real/b.config', 'real/dir/c.config']));
    // Content by our own command as well: Nx leaves out what lies elsewhere.
    expect(runtime.join()).toContain('links/outside');
    rmSync(join(workspace.root, 'real/a.config'));
    expect(await affected('real/a.config')).toEqual(['kernel', 'module']);
  });

  it('in a project without a name, in a directory with capitals', async () => {
    const targets = { build: { executor: '@bringup/nx:kernel', options: { arch: 'x86_64' } } };
    json('Sources/Kernel/project.json', { targets });
    json('Sources/Own/project.json', { targets });
    json('Sources/Own/package.json', { name: '@acme/Own' });
    const shown = async (name: string) => {
      const { output } = await nx(['show', 'project', name, '--json'], { cwd: workspace.root });
      return JSON.parse(/^\{.*\}$/m.exec(output)![0]).targets.config.inputs as { fields?: string[] }[];
    };
    const lockOf = (inputs: { fields?: string[] }[]) => inputs.find(({ fields }) => fields)!.fields![0];
    expect(lockOf(await shown('kernel'))).toBe('sources.kernel');
    expect(lockOf(await shown('@acme/Own'))).toBe('sources.@acme/Own');
  });
});
