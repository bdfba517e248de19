import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeBareWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { askNx, type NxAnswers } from './task-inputs.js';

/** Names with characters that are syntax in Nx's patterns, in a shell or in JSON. */
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
/** Those that a pattern of ours can have in a directory's name. */
const LITERAL = NAMES.filter((name) => !/[*?]/.test(name));

const KERNEL = { arch: 'x86_64', source: { kind: 'directory', path: '/nowhere' } };

/** Each file, and the projects that its change affects. */
const READ: readonly [file: string, projects: readonly string[]][] = [
  ...NAMES.map((name): [string, string[]] => [`files/${name}`, ['names-kernel', 'names-tool']]),
  ['files/other', []],
  // A deleted file.
  ['files/gone.bin', ['board']],
  ['shared/new', ['board']],
  ['real/a.config', ['linked-kernel', 'linked-module']],
  ['real/b.config', ['linked-kernel', 'linked-module']],
  ['links/second', ['linked-kernel', 'linked-module']],
  ['real/dir/c.config', ['linked-kernel', 'linked-module']],
  ['real/gone.config', ['linked-kernel', 'linked-module']],
  ['real/deleted.config', ['linked-kernel', 'linked-module']],
  ['real/overlay/motd', ['linked-rootfs']],
  ['links/overlay', ['linked-rootfs']],
  ['real/code.c', ['linked-tool']],
  ['real/code.h', ['linked-tool']],
  ['real/module.c', ['linked-module']],
  ['real/deep.h', ['linked-tool']],
  ['links/include', ['linked-tool']],
  ['real/include/v.h', ['linked-tool']],
  ['real/include/deep/w.h', ['linked-tool']],
  ['real/include/notes.txt', []],
  ['real/in-module/v.h', ['linked-module-2']],
  ['real/dir/other', []],
];

describe('a file that an option names is an input', () => {
  let workspace: FakeWorkspace;
  let answers: NxAnswers;
  const json = (path: string, value: unknown) => workspace.write(path, JSON.stringify(value));
  const project = (name: string, executor: string, options: object) =>
    json(`${name}/project.json`, {
      name,
      targets: { build: { executor: `@bringup/nx:${executor}`, options } },
    });
  const link = (path: string, target: string) => {
    workspace.write(`${path}.x`, '');
    symlinkSync(target, join(workspace.root, path));
  };
  const filesOf = (task: string) => answers.inputs[task]!.files;
  const runtimeOf = (task: string) => answers.inputs[task]!.runtime.join('\n');
  const missing = (task: string, paths: readonly string[]) =>
    paths.filter((path) => !filesOf(task).includes(path));

  beforeAll(async () => {
    workspace = makeBareWorkspace();
    json('nx.json', {
      plugins: ['@bringup/nx'],
      analytics: false,
      targetDefaults: {
        '@bringup/nx:kernel': {
          options: { extraFragments: ['files/from-defaults'] },
          configurations: { debug: { base: 'files/from-configuration' } },
        },
      },
    });
    workspace.write('.gitignore', 'node_modules\n.nx\ndist\n');
    writeNames();
    writeLinks();
    writeBoard();
    json('Sources/Kernel/project.json', {
      targets: { build: { executor: '@bringup/nx:kernel', options: { arch: 'x86_64' } } },
    });
    const tasks = [
      ...[
        'names-kernel:config',
        'names-tool:build',
        'names-rootfs:build',
        'board:test',
        'linked-kernel:config',
      ],
      'kernel:config',
    ];
    answers = await askNx(
      workspace.root,
      tasks,
      READ.map(([file]) => file),
    );
  });
  afterAll(() => workspace.remove());

  function writeNames(): void {
    for (const name of NAMES) {
      workspace.write(`files/${name}`, name);
      workspace.write(`directories/${name}/file`, name);
      workspace.write(`code/${name}/a.h`, name);
    }
    for (const name of ['absolute', 'back', 'overriding', 'from-defaults', 'from-configuration', 'other'])
      workspace.write(`files/${name}`, '');
    const named = NAMES.map((name) => `files/${name}`);
    json('names-kernel/project.json', {
      name: 'names-kernel',
      targets: {
        build: {
          executor: '@bringup/nx:kernel',
          options: {
            ...KERNEL,
            fragments: [...named, join(workspace.root, 'files/absolute'), '../workspace/files/back'],
          },
        },
        config: { options: { base: 'files/overriding' } },
      },
    });
    const headers = LITERAL.map((name) => `code/${name}/*.h`);
    project('names-tool', 'program', { arch: 'x86_64', sources: named, headers });
    project('names-rootfs', 'initramfs', {
      arch: 'x86_64',
      overlays: NAMES.map((name) => `directories/${name}`),
    });
  }

  function writeLinks(): void {
    const files = [
      'a.config',
      'b.config',
      'dir/c.config',
      'overlay/motd',
      'code.c',
      'code.h',
      'module.c',
      'deleted.config',
      'include/v.h',
      'include/deep/w.h',
      'include/notes.txt',
      'deep.h',
      'in-module/v.h',
    ];
    for (const name of files) workspace.write(`real/${name}`, '');
    link('links/a', '../real/a.config');
    link('links/chain', 'second');
    link('links/second', join(workspace.root, 'real/b.config'));
    link('links/dir', '../real/dir');
    link('links/overlay', '../real/overlay');
    link('links/dangling', '../real/gone.config');
    link('links/deleted', '../real/deleted.config');
    rmSync(join(workspace.root, 'real/deleted.config'));
    link('links/circle', 'circle');
    link('links/outside', '/nowhere/at/all');
    link('linked-tool/code.c', '../real/code.c');
    link('linked-tool/code.h', '../real/code.h');
    link('linked-module/module.c', '../real/module.c');
    const names = ['a', 'chain', 'dir/c.config', 'dangling', 'deleted', 'circle', 'outside'];
    project('linked-kernel', 'kernel', { ...KERNEL, fragments: names.map((name) => `links/${name}`) });
    project('linked-tool', 'program', {
      arch: 'x86_64',
      sources: ['linked-tool/code.c'],
      headers: ['linked-tool/*.h', 'linked-tool/*/*/*.h', 'linked-tool/include/**/*.h'],
    });
    link('linked-tool/include', '../links/include');
    link('links/include', '../real/include');
    link('linked-tool/one/two/deep.h', '../../../real/deep.h');
    project('linked-rootfs', 'initramfs', { arch: 'x86_64', overlays: ['links/overlay'] });
    project('linked-module', 'kernel-module', { kernel: 'linked-kernel' });
    link('linked-module-2/include', '../real/in-module');
    const sources = ['linked-module-2/*.c', 'linked-module-2/include/*.h'];
    project('linked-module-2', 'kernel-module', { kernel: 'kernel', sources });
  }

  function writeBoard(): void {
    for (const name of ['initrd.cpio', 'disk,a.img', 'rom.bin', 'flash.img', 'plain'])
      workspace.write(`args/${name}`, '');
    workspace.write('shared/file', '');
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
                '{projectRoot}/../args/initrd.cpio',
                '-drive',
                'file=args/disk,,a.img,if=virtio',
              ],
              ...[
                '-drive',
                'file=fat:rw:shared',
                '-device',
                'loader,file=files/gone.bin',
                '-dtb',
                'rootlevel',
              ],
              ...[
                '-blockdev',
                '{"driver":"file","filename":"args/flash.img"}',
                '-initrd',
                '/elsewhere/initrd',
              ],
            ],
          },
        },
        test: { options: { extraArgs: ['-option-rom', 'args/rom.bin'] } },
      },
    });
  }

  it.each(READ)('%j: its change affects %j', (file, projects) =>
    expect(answers.affected[file]!.filter((name) => name !== 'kernel')).toEqual(projects),
  );

  it('whatever characters its name has, as a file, in a pattern, or as a directory', () => {
    const files = NAMES.map((name) => `files/${name}`);
    expect(missing('names-kernel:config', files)).toEqual([]);
    expect(missing('names-tool:build', files)).toEqual([]);
    expect(
      missing(
        'names-tool:build',
        LITERAL.map((name) => `code/${name}/a.h`),
      ),
    ).toEqual([]);
    expect(
      missing(
        'names-rootfs:build',
        NAMES.map((name) => `directories/${name}/file`),
      ),
    ).toEqual([]);
    expect(filesOf('names-kernel:config')).not.toContain('files/other');
  });

  it('by an absolute path, or one that leaves the workspace and comes back', () =>
    expect(missing('names-kernel:config', ['files/absolute', 'files/back'])).toEqual([]));

  it('where it is written on a target that follows, or in the defaults of nx.json', () => {
    const files = ['files/overriding', 'files/from-defaults', 'files/from-configuration'];
    expect(missing('names-kernel:config', files)).toEqual([]);
  });

  it("in an argument of QEMU's, as a path of its own, a property or in JSON, also on the test", () => {
    const files = [
      'args/initrd.cpio',
      'args/disk,a.img',
      'shared/file',
      'rootlevel',
      'args/flash.img',
      'args/rom.bin',
    ];
    expect(missing('board:test', files)).toEqual([]);
    expect(filesOf('board:test')).not.toContain('args/plain');
    expect(runtimeOf('board:test')).toContain('/elsewhere/initrd');
  });

  it('together with the target of each symbolic link in its path', () => {
    expect(missing('linked-kernel:config', ['real/a.config', 'real/b.config', 'real/dir/c.config'])).toEqual(
      [],
    );
    // Our own command hashes their content as well.
    expect(runtimeOf('linked-kernel:config')).toContain('links/outside');
  });

  it('in a project without a name, in a directory with capitals, by the name that Nx gives it', () => {
    expect(runtimeOf('kernel:config')).toContain('Sources/Kernel');
    expect(runtimeOf('kernel:config')).toContain(' bringup.lock/sources/kernel.lock.json');
  });
});
