import { inferProjects, makeWorkspace, project } from '../testing/workspace.js';

/** The target that removes what is kept. */
const CLEAN = { executor: '@bringup/nx:clean', cache: false, configurations: {} };

const TARBALL = { kind: 'tarball', url: 'file:///k.tar.gz', sha256: '0'.repeat(64) };
const ENGINE = { externalDependencies: ['@bringup/engine'] };
const HASH = 'sh node_modules/@bringup/nx/scripts/tree-hash.sh';
const SOURCE_HASH = 'sh node_modules/@bringup/nx/scripts/source-hash.sh';
/** Entries of the lock as files: `sources.linux`, `tools.gcc`. */
const entry = (field: string) => {
  const [, part, name] = /^(\w+)\.(.*)$/.exec(field)!;
  return `bringup.lock/${part}/${name}${part === 'tools' ? '.txt' : '.lock.json'}`;
};
const LOCK_STATE = 'sh node_modules/@bringup/nx/scripts/lock-state.sh';
const lockOf = (directory: string, ...fields: string[]) => ({
  runtime: [LOCK_STATE, directory, ...fields.map(entry)].join(' '),
});
const lock = (...fields: string[]) => lockOf('app', ...fields);
const update = (...fields: string[]) => ({
  executor: '@bringup/nx:update',
  cache: false,
  inputs: fields.map((field) => `{workspaceRoot}/${entry(field)}`),
});

/** Projects that options of these tests name, and that need nothing of Bringup's: an edge needs a project. */
const PLAIN = ['@scope/app', 'box', 'c', 'd', 'hello', 'image', 'linux', 'loader', 'root', 'tool'];

/** The inferred project of `app/project.json`, beside other projects. */
async function infer(own: object, others: Record<string, object> = {}) {
  const named = Object.values({ own, ...others }).map((json) => (json as { name?: string }).name);
  const plain = PLAIN.filter((name) => !named.includes(name)).map((name) => [`plain/${name}`, { name }]);
  const all = { app: own, ...others, ...(Object.fromEntries(plain) as Record<string, object>) };
  const files = Object.fromEntries(
    Object.entries(all).map(([directory, json]) => [`${directory}/project.json`, json]),
  );
  // Projects that are not Bringup's: an edge leads only to a project that exists.
  const names = Object.values({ app: own, ...others }).map((json) => (json as { name?: string }).name);
  for (const name of [
    'box',
    'tool',
    'c',
    'd',
    'img',
    'image',
    'boot',
    'uboot',
    'linux',
    'root',
    'busybox',
    'loader',
    '@scope/app',
  ])
    if (!names.includes(name)) files[`stub-${name}/project.json`] = { name };
  const inferred = (await inferProjects(makeWorkspace(files), Object.keys(files)))['app']!;
  for (const target of Object.values(inferred.targets)) {
    // As Nx does it for the default configuration.
    target.outputs = target.outputs?.map((output) =>
      output.replace('{options.outputPath}', `{workspaceRoot}/${target.options?.outputPath}`),
    );
    if (target.outputs === undefined) delete target.outputs;
  }
  return inferred;
}

const kernel = (options: object = {}, target?: string) =>
  project('linux', 'kernel', { arch: 'arm64', source: TARBALL, ...options }, target);

describe('a kernel project', () => {
  it('gets update, config and the cache, inputs, outputs and order of its build', async () => {
    const { targets, implicitDependencies } = await infer(
      kernel({ base: 'tinyconfig', fragments: ['a.config', '{projectRoot}/b.config', 'tree:virt.config'] }),
    );
    const common = [
      lock('sources.linux', 'tools.aarch64-linux-gnu-gcc', 'tools.aarch64-linux-gnu-ld'),
      ENGINE,
    ];
    expect(implicitDependencies).toEqual([]);
    expect(targets).toEqual({
      clean: CLEAN,
      update: update('sources.linux', 'tools.aarch64-linux-gnu-gcc', 'tools.aarch64-linux-gnu-ld'),
      menuconfig: { executor: '@bringup/nx:menuconfig', cache: false, configurations: {} },
      nconfig: {
        executor: '@bringup/nx:menuconfig',
        cache: false,
        options: { editor: 'nconfig' },
        configurations: {},
      },
      savedefconfig: { executor: '@bringup/nx:savedefconfig', cache: false, configurations: {} },
      explain: { executor: '@bringup/nx:explain', cache: false, configurations: {} },
      diffconfig: { executor: '@bringup/nx:diffconfig', cache: false, configurations: {} },
      'compile-commands': {
        executor: '@bringup/nx:compile-commands',
        cache: false,
        configurations: {},
        dependsOn: ['config'],
      },
      config: {
        executor: '@bringup/nx:config',
        cache: true,
        options: {
          program: 'kernel',
          arch: 'arm64',
          source: TARBALL,
          base: 'tinyconfig',
          fragments: ['a.config', 'app/b.config', 'tree:virt.config'],
          outputPath: 'dist/linux',
        },
        configurations: {},
        inputs: ['{workspaceRoot}/a.config', '{workspaceRoot}/app/b.config', ...common],
        outputs: ['{workspaceRoot}/dist/linux/.config', '{workspaceRoot}/dist/linux/config.manifest.json'],
      },
      build: {
        cache: true,
        options: { outputPath: 'dist/linux' },
        configurations: {},
        dependsOn: ['config'],
        inputs: [{ dependentTasksOutputFiles: '**/.config' }, ...common],
        outputs: [
          ...['Image', 'vmlinux', 'System.map', 'Module.symvers', 'modules.tar', 'modules.debug.tar'],
          'gdb-scripts.tar',
          'manifest.json',
        ].map((name) => `{workspaceRoot}/dist/linux/${name}`),
      },
    });
  });

  it('gets the same for U-Boot, with what U-Boot publishes', async () => {
    const { targets } = await infer(project('u-boot', 'u-boot', { arch: 'x86_64', source: TARBALL }));
    expect(targets.config!.options).toMatchObject({ program: 'u-boot', arch: 'x86_64' });
    expect(targets.build!.inputs).toContainEqual(
      lock('sources.u-boot', 'tools.x86_64-linux-gnu-gcc', 'tools.x86_64-linux-gnu-ld', 'tools.gcc'),
    );
    expect(targets.build!.outputs).toEqual(
      ['u-boot.rom', 'u-boot', 'u-boot-initial-env', 'mkimage', 'dumpimage', 'manifest.json'].map(
        (name) => `{workspaceRoot}/dist/u-boot/${name}`,
      ),
    );
    expect(Object.keys(targets)).toEqual(
      expect.arrayContaining(['menuconfig', 'nconfig', 'savedefconfig', 'explain', 'diffconfig', 'update']),
    );
  });

  it('can be cleaned as a whole and by variant, and a board cannot', async () => {
    const own = kernel();
    Object.assign(own.targets.build!, { configurations: { debug: {} } });
    const { targets } = await infer(own);
    expect(targets['clean']).toEqual({ ...CLEAN, configurations: { debug: {} } });
    const board = await infer(project('board', 'qemu', { arch: 'arm64', kernel: 'linux' }, 'run'));
    expect(Object.keys(board.targets)).not.toContain('clean');
  });

  it('keeps the name of the declared target', async () => {
    const { targets } = await infer(kernel({}, 'image'));
    expect(Object.keys(targets)).toEqual([
      'clean',
      'update',
      'menuconfig',
      'nconfig',
      'savedefconfig',
      'explain',
      'diffconfig',
      'config',
      'compile-commands',
      'image',
    ]);
    expect(targets['image']).toMatchObject({ cache: true, dependsOn: ['config'] });
  });

  it.each([
    ['x86_64', {}, ['bzImage', 'tools.x86_64-linux-gnu-gcc']],
    ['arm64', { crossCompile: '/opt/x/bin/my-' }, ['Image', 'tools.my-gcc']],
    ['arm64', { llvm: true }, ['Image', 'tools.ld.lld']],
  ])('names artifacts and locked tools for %s %j', async (arch, options, [image, tool]) => {
    const { build } = (await infer(kernel({ arch, ...options }))).targets;
    expect(build!.outputs![0]).toBe(`{workspaceRoot}/dist/linux/${image}`);
    expect(build!.inputs).toContainEqual({ runtime: expect.stringContaining(` ${entry(tool!)}`) });
  });

  it.each([
    ['in the workspace', '{projectRoot}/linux', 'app/linux'],
    ['outside of it', '../linux', '../linux'],
    ['at an absolute path', '/src/linux', '/src/linux'],
    ['with a blank', 'my linux', "'my linux'"],
  ])('hashes a source directory %s itself, whatever git ignores', async (_place, path, shown) => {
    const { targets } = await infer(kernel({ source: { kind: 'directory', path } }));
    expect(targets['config']!.inputs).toContainEqual({
      runtime: `${SOURCE_HASH} kernel config ${shown}`,
    });
    // The commit counts where the configuration names it.
    expect(targets['build']!.inputs).toContainEqual({
      runtime: `${SOURCE_HASH} kernel build ${shown} dist/linux/.config`,
    });
  });

  it.each([
    ['a base file', { base: 'configs/full' }, '{workspaceRoot}/configs/full'],
    ['a base file of the project', { base: '{projectRoot}/full' }, '{workspaceRoot}/app/full'],
    ['a fragment with ./', { fragments: ['./x.config'] }, '{workspaceRoot}/x.config'],
    ['a fragment outside', { fragments: ['../x.config'] }, { runtime: `${HASH} ../x.config` }],
    ['an absolute fragment', { fragments: ['/etc/x.config'] }, { runtime: `${HASH} /etc/x.config` }],
  ])('hashes %s', async (_what, options, input) => {
    expect((await infer(kernel(options))).targets['config']!.inputs).toContainEqual(input);
  });

  it('at the root of the workspace finds its own files', async () => {
    const root = makeWorkspace({ 'project.json': kernel({ fragments: ['{projectRoot}/a.config'] }) });
    const { config } = (await inferProjects(root, ['project.json']))['.']!.targets;
    expect(config!.inputs).toContain('{workspaceRoot}/a.config');
  });

  it('with an initramfs in it is built after that, and hashes it; its configuration does not', async () => {
    const { targets, implicitDependencies } = await infer(kernel({ embeddedInitramfs: 'root' }), {
      root: project('root', 'initramfs', { arch: 'arm64' }, 'pack'),
    });
    expect(implicitDependencies).toEqual(['root']);
    expect(targets['build']!.dependsOn).toEqual(['config', { projects: ['root'], target: 'pack' }]);
    expect(targets['build']!.inputs).toContainEqual({ dependentTasksOutputFiles: '**/initramfs.cpio*' });
    expect(targets['config']).not.toHaveProperty('dependsOn');
    expect(targets['config']!.options).toMatchObject({ embeddedInitramfs: 'root' });
    expect(JSON.stringify(targets['config']!.inputs)).not.toContain('initramfs');
  });

  it('with an initramfs in one variant only is built after that', async () => {
    const json = kernel();
    const configurations = { whole: { embeddedInitramfs: 'root' } };
    const { targets, implicitDependencies } = await infer(
      { ...json, targets: { build: { ...json.targets['build'], configurations } } },
      { root: project('root', 'initramfs', { arch: 'arm64' }) },
    );
    expect(implicitDependencies).toEqual(['root']);
    expect(targets['build']!.dependsOn).toEqual(['config', { projects: ['root'], target: 'build' }]);
  });

  it('with an initramfs in it that is made from it leaves the circle for the executor to explain', async () => {
    const files = [{ path: '/boot/Image', from: 'linux:Image' }];
    const { targets } = await infer(kernel({ embeddedInitramfs: 'root' }), {
      root: project('root', 'initramfs', { arch: 'arm64', files }),
    });
    expect(targets['build']!.dependsOn).toEqual(['config']);
  });

  it('publishes its device trees by their file names, once each', async () => {
    const { targets } = await infer(kernel({ dtbs: ['arm/foundation-v8', 'board'] }));
    expect(targets['build']!.outputs!.slice(7)).toEqual(
      ['foundation-v8.dtb', 'board.dtb', 'manifest.json'].map((name) => `{workspaceRoot}/dist/linux/${name}`),
    );
    expect(targets['config']!.options).not.toHaveProperty('dtbs');
  });

  it('publishes to the output path of its options', async () => {
    const { targets } = await infer(kernel({ outputPath: '{projectRoot}/out/' }));
    expect(targets['build']!.outputs).toContain('{workspaceRoot}/app/out/Image');
    expect(targets['config']!.outputs).toContain('{workspaceRoot}/app/out/.config');
  });
});

it('gives BusyBox one archive and the C library in its inputs', async () => {
  const { targets } = await infer(
    project('box', 'busybox', { arch: 'x86_64', source: TARBALL, static: false }),
  );
  expect(targets['config']!.options).toEqual({
    program: 'busybox',
    arch: 'x86_64',
    source: TARBALL,
    static: false,
    outputPath: 'dist/box',
  });
  expect(targets['build']!.outputs).toEqual([
    '{workspaceRoot}/dist/box/busybox.tar',
    '{workspaceRoot}/dist/box/manifest.json',
  ]);
  expect(targets['build']!.inputs).toContainEqual(
    lock(
      'sources.box',
      'tools.x86_64-linux-gnu-gcc',
      'tools.x86_64-linux-gnu-ld',
      'tools.x86_64-linux-gnu-libc',
    ),
  );
});

describe('an initramfs project', () => {
  const initramfs = (options: object) => project('root', 'initramfs', { arch: 'arm64', ...options });

  it('depends on what its parts come from, and hashes files as the image takes them', async () => {
    const { targets, implicitDependencies } = await infer(
      initramfs({
        busybox: 'box',
        overlays: ['{projectRoot}/overlay'],
        files: [
          { path: '/boot/Image', from: 'linux:Image' },
          { path: '/app', from: '@scope/app:app.bin' },
          { path: '/etc/motd', from: 'texts/motd' },
        ],
      }),
      { linux: kernel({}, 'image') },
    );
    expect(implicitDependencies).toEqual(['box', 'linux', '@scope/app']);
    expect(targets).toEqual({
      clean: CLEAN,
      update: update('tools.zlib'),
      build: {
        cache: true,
        dependsOn: [
          { projects: ['box'], target: 'build' },
          { projects: ['linux'], target: 'image' },
          { projects: ['@scope/app'], target: 'build' },
        ],
        options: { outputPath: 'dist/root' },
        configurations: {},
        inputs: [
          { dependentTasksOutputFiles: '**/busybox.tar' },
          { dependentTasksOutputFiles: '**/Image' },
          { dependentTasksOutputFiles: '**/app.bin' },
          '{workspaceRoot}/texts/motd',
          '{workspaceRoot}/app/overlay/**/*',
          { runtime: `${HASH} texts/motd app/overlay` },
          lock('tools.zlib'),
          ENGINE,
        ],
        outputs: ['{workspaceRoot}/dist/root/initramfs.cpio.gz', '{workspaceRoot}/dist/root/manifest.json'],
      },
    });
  });

  it.each([
    ['gzip', '.gz', ['tools.zlib']],
    ['zstd', '.zst', ['tools.zstd']],
    ['lz4', '.lz4', ['tools.lz4']],
    ['xz', '.xz', ['tools.xz']],
    ['none', '', undefined],
  ])('compressed with %s', async (compression, suffix, fields) => {
    const { build } = (await infer(initramfs({ compression }))).targets;
    expect(build!.outputs).toContain(`{workspaceRoot}/dist/root/initramfs.cpio${suffix}`);
    const locks = build!.inputs!.filter((input) => JSON.stringify(input).includes(LOCK_STATE));
    expect(locks).toEqual(fields ? [lock(...fields)] : []);
  });

  it('hashes an overlay outside of the workspace by the command alone', async () => {
    const { build } = (await infer(initramfs({ overlays: ['/srv/overlay'] }))).targets;
    expect(build!.inputs).toEqual([{ runtime: `${HASH} /srv/overlay` }, lock('tools.zlib'), ENGINE]);
  });
});

describe('a kernel module', () => {
  const linux = (options: object = {}) => project('linux', 'kernel', { arch: 'arm64', ...options });
  const module = (options: object = {}) => project('hello', 'kernel-module', { kernel: 'linux', ...options });

  it('hashes its directory, and of its kernel configuration, symbols, source and tools, not the image', async () => {
    const { targets, implicitDependencies } = await infer(module(), { linux: linux() });
    expect(implicitDependencies).toEqual(['linux']);
    expect(targets).toEqual({
      clean: CLEAN,
      update: update('tools.aarch64-linux-gnu-gcc', 'tools.aarch64-linux-gnu-ld'),
      'compile-commands': {
        executor: '@bringup/nx:compile-commands',
        cache: false,
        configurations: {},
        dependsOn: [{ projects: ['linux'], target: 'build' }],
      },
      build: {
        cache: true,
        dependsOn: [{ projects: ['linux'], target: 'build' }],
        options: { outputPath: 'dist/hello' },
        configurations: {},
        inputs: [
          '{workspaceRoot}/app/**/*',
          '!{workspaceRoot}/app/project.json',
          ...['*.o', '*.ko', '*.mod', '*.mod.c', '*.cmd', '*.a', 'modules.order', 'Module.symvers'].map(
            (name) => `!{workspaceRoot}/app/**/${name}`,
          ),
          { dependentTasksOutputFiles: '**/{.config,Module.symvers}', transitive: true },
          lockOf('linux', 'sources.linux', 'tools.aarch64-linux-gnu-gcc', 'tools.aarch64-linux-gnu-ld'),
          ENGINE,
        ],
        outputs: ['*.ko', '*.ko.debug', 'manifest.json'].map((name) => `{workspaceRoot}/dist/hello/${name}`),
      },
    });
  });

  it('hashes the sources that it names, ignored ones and those outside too', async () => {
    const { build } = (
      await infer(module({ sources: ['{projectRoot}/*.c', '../x.c', 'dist/made.h'] }), { linux: linux() })
    ).targets;
    expect(build!.inputs!.slice(0, 3)).toEqual([
      '{workspaceRoot}/app/*.c',
      '{workspaceRoot}/dist/made.h',
      { runtime: expect.stringContaining('../x.c') },
    ]);
  });

  it('has the variants of its kernel, and the content of a source directory in its hash', async () => {
    const kernel = linux({ source: { kind: 'directory', path: '../linux' } });
    Object.assign(kernel.targets.build!, { configurations: { debug: { crossCompile: 'own-' } } });
    const { build } = (await infer(module(), { linux: kernel })).targets;
    expect(build!.configurations).toEqual({ debug: { outputPath: 'dist/hello/debug' } });
    expect(build!.inputs).toContainEqual({ runtime: `${SOURCE_HASH} kernel modules ../linux` });
    expect(build!.inputs).toContainEqual(
      lockOf(
        'linux',
        ...['tools.aarch64-linux-gnu-gcc', 'tools.aarch64-linux-gnu-ld', 'tools.own-gcc', 'tools.own-ld'],
      ),
    );
  });

  it('goes into an initramfs, with its kernel', async () => {
    const modules = [{ project: 'hello' }, 'by_overlay', { kernel: 'linux', names: ['9p'] }];
    const { targets, implicitDependencies } = await infer(
      project('root', 'initramfs', { arch: 'arm64', modules }),
      { hello: module(), linux: linux() },
    );
    expect(implicitDependencies).toEqual(['hello', 'linux']);
    expect(targets['build']!.dependsOn).toEqual(
      ['hello', 'linux'].map((name) => ({ projects: [name], target: 'build' })),
    );
    expect(targets['build']!.inputs).toContainEqual({
      dependentTasksOutputFiles: '**/{*.ko,modules.tar,Module.symvers}',
    });
  });
});

describe('a program', () => {
  const program = (options: object) => project('tool', 'program', { arch: 'arm64', ...options });

  it('hashes sources, headers and toolchain, and publishes with debug information beside it', async () => {
    const { targets, implicitDependencies } = await infer(
      program({ sources: ['{projectRoot}/main.c', './lib/x.S'], headers: ['{projectRoot}/include/**/*.h'] }),
    );
    expect(implicitDependencies).toEqual([]);
    expect(targets).toEqual({
      clean: CLEAN,
      update: update(
        'tools.aarch64-linux-gnu-gcc',
        'tools.aarch64-linux-gnu-ld',
        'tools.aarch64-linux-gnu-libc',
      ),
      build: {
        cache: true,
        options: { outputPath: 'dist/tool' },
        configurations: {},
        inputs: [
          '{workspaceRoot}/app/main.c',
          '{workspaceRoot}/lib/x.S',
          '{workspaceRoot}/app/include/**/*.h',
          lock('tools.aarch64-linux-gnu-gcc', 'tools.aarch64-linux-gnu-ld', 'tools.aarch64-linux-gnu-libc'),
          ENGINE,
        ],
        outputs: ['tool', 'tool.debug', 'manifest.json'].map((name) => `{workspaceRoot}/dist/tool/${name}`),
      },
    });
  });

  it('without the C library does not depend on it, and takes its name from its options', async () => {
    const { build } = (await infer(program({ sources: ['a.c'], libc: false, output: 'init' }))).targets;
    expect(build!.inputs).toContainEqual(lock('tools.aarch64-linux-gnu-gcc', 'tools.aarch64-linux-gnu-ld'));
    expect(build!.outputs).toContain('{workspaceRoot}/dist/tool/init.debug');
  });

  it('hashes what git ignores, and what lies outside, by our own command', async () => {
    const files = {
      '.gitignore': 'generated.h\n',
      'app/project.json': program({
        sources: ['a.c', '/src/b.c'],
        headers: ['generated.h', '../x.h', '*.h'],
      }),
    };
    const { build } = (await inferProjects(makeWorkspace(files), ['app/project.json']))['app']!.targets;
    expect(build!.inputs).toContainEqual({ runtime: `${HASH} /src/b.c generated.h ../x.h` });
  });

  it('covers its variants in its inputs and outputs', async () => {
    const json = program({ sources: ['a.c'] });
    const configurations = {
      big: { sources: ['a.c', 'b.c'], output: 'bigger', crossCompile: 'my-' },
    };
    const { targets } = await infer({
      ...json,
      targets: { build: { ...json.targets['build'], configurations } },
    });
    const { inputs, outputs } = targets.build!;
    expect(targets.build!.configurations).toEqual({ big: { outputPath: 'dist/tool/big' } });
    expect(inputs).toContain('{workspaceRoot}/b.c');
    expect(inputs).toContainEqual(
      lock(
        ...['gcc', 'ld', 'libc'].map((name) => `tools.aarch64-linux-gnu-${name}`),
        ...['gcc', 'ld', 'libc'].map((name) => `tools.my-${name}`),
      ),
    );
    expect(outputs).toContain('{workspaceRoot}/dist/tool/bigger');
  });

  it('is what an initramfs with it as a file depends on', async () => {
    const files = [{ path: '/init', from: 'tool:init' }];
    const { targets, implicitDependencies } = await infer(
      project('root', 'initramfs', { arch: 'arm64', files }),
      {
        tool: project('tool', 'program', { arch: 'arm64', sources: ['a.c'], output: 'init' }, 'compile'),
      },
    );
    expect(implicitDependencies).toEqual(['tool']);
    expect(targets['build']!.dependsOn).toEqual([{ projects: ['tool'], target: 'compile' }]);
    expect(targets['build']!.inputs).toContainEqual({ dependentTasksOutputFiles: '**/init' });
  });
});

const BOOTED =
  '**/{Image,bzImage,zImage,initramfs.cpio*,u-boot.bin,u-boot.rom,image.fit,uRamdisk,u-boot.dtb,disk.*,image.iso,boot.img}';

it("gives an image for U-Boot its parts, its key's files and its tools, in each variant", async () => {
  const sign = { keyDirectory: '{projectRoot}/keys', keyName: 'dev' };
  const { targets, implicitDependencies } = await infer(
    {
      name: 'fit',
      targets: {
        build: {
          executor: '@bringup/nx:uboot-image',
          options: { arch: 'arm64', kernel: 'linux', initramfs: 'root', dtb: 'app/board.dtb' },
          configurations: { verified: { uBoot: 'loader', sign } },
        },
      },
    },
    { linux: kernel({}, 'compile'), root: project('root', 'initramfs', { arch: 'arm64' }) },
  );
  const files = ['app/board.dtb', 'app/keys/dev.key', 'app/keys/dev.crt'];
  expect(implicitDependencies).toEqual(['linux', 'root', 'loader']);
  expect(targets.build).toEqual({
    cache: true,
    dependsOn: [
      { projects: ['linux'], target: 'compile' },
      { projects: ['root'], target: 'build' },
      { projects: ['loader'], target: 'build' },
    ],
    options: { outputPath: 'dist/fit' },
    configurations: { verified: { outputPath: 'dist/fit/verified' } },
    inputs: [
      { dependentTasksOutputFiles: '**/{Image,zImage,initramfs.cpio*,mkimage,u-boot.bin}' },
      ...files.map((path) => `{workspaceRoot}/${path}`),
      { runtime: `${HASH} ${files.join(' ')}` },
      lock('tools.mkimage', 'tools.dtc', 'tools.qemu-system-aarch64'),
      ENGINE,
    ],
    outputs: ['image.fit', 'uRamdisk', 'u-boot.dtb', 'manifest.json'].map(
      (name) => `{workspaceRoot}/dist/fit/${name}`,
    ),
  });
});

it('lets a board that boots through U-Boot build its drive, and boot that', async () => {
  const boot = { via: 'u-boot', uBoot: 'loader' };
  const options = { arch: 'arm64', kernel: 'linux', initramfs: 'root', boot };
  const { targets, implicitDependencies } = await infer(
    project('pc', 'qemu', { ...options, memory: 64 }, 'run'),
    {
      linux: kernel(),
      root: project('root', 'initramfs', { arch: 'arm64' }),
      loader: project('loader', 'u-boot', { arch: 'arm64', source: TARBALL }),
    },
  );
  expect(implicitDependencies).toEqual(['linux', 'root', 'loader']);
  const parts = ['linux', 'root'].map((name) => ({ projects: [name], target: 'build' }));
  const all = [...parts, { projects: ['loader'], target: 'build' }, 'build'];
  expect(targets.run!.dependsOn).toEqual(all);
  expect(targets.test!.dependsOn).toEqual(all);
  expect(targets.build).toEqual({
    executor: '@bringup/nx:boot-volume',
    cache: true,
    dependsOn: parts,
    // The memory is the machine's business.
    options: { ...options, outputPath: 'dist/pc' },
    configurations: {},
    inputs: [
      { dependentTasksOutputFiles: BOOTED },
      lock('tools.mkfs.fat', 'tools.mcopy', 'tools.sfdisk'),
      ENGINE,
    ],
    outputs: ['{workspaceRoot}/dist/pc/boot.img', '{workspaceRoot}/dist/pc/manifest.json'],
  });
});

it('makes the drive of a board out of an image for U-Boot, with the tool of its boot script', async () => {
  const boot = { via: 'u-boot', uBoot: 'loader', image: 'fit' };
  const { targets, implicitDependencies } = await infer(
    project('pc', 'qemu', { arch: 'arm64', boot }, 'run'),
    {
      loader: project('loader', 'u-boot', { arch: 'arm64', source: TARBALL }),
      fit: project('fit', 'uboot-image', { arch: 'arm64', kernel: 'linux' }),
    },
  );
  expect(implicitDependencies).toEqual(['loader', 'fit']);
  const image = { projects: ['fit'], target: 'build' };
  expect(targets.build!.dependsOn).toEqual([image]);
  expect(targets.build!.inputs).toContainEqual(
    lock('tools.mkfs.fat', 'tools.mcopy', 'tools.mkimage', 'tools.sfdisk'),
  );
  expect(targets.test!.dependsOn).toEqual([{ projects: ['loader'], target: 'build' }, image, 'build']);
});

it('hashes what a board plugs into its machine, and builds it first', async () => {
  const options = {
    ...{ arch: 'arm64', kernel: 'linux', firmware: 'loader:u-boot.bin' },
    drives: [
      { file: 'data/disk.img', format: 'raw' },
      { file: 'image:disk.qcow2', format: 'qcow2' },
    ],
    shares: [{ path: 'src', tag: 'src' }],
    consoles: [{ type: 'file', path: './out/hvc0.log' }, { type: 'pty' }],
  };
  const { targets, implicitDependencies } = await infer(project('pc', 'qemu', options, 'run'), {
    linux: kernel(),
    loader: project('loader', 'u-boot', { arch: 'arm64', source: TARBALL }),
    image: project('image', 'disk-image', { arch: 'arm64', partitions: [] }, 'pack'),
  });
  expect(implicitDependencies).toEqual(['linux', 'image', 'loader']);
  const dependsOn = [
    { projects: ['linux'], target: 'build' },
    { projects: ['image'], target: 'pack' },
    { projects: ['loader'], target: 'build' },
  ];
  expect(targets.run!.dependsOn).toEqual(dependsOn);
  expect(targets.test!.dependsOn).toEqual(dependsOn);
  expect(targets.test!.inputs).toEqual([
    { dependentTasksOutputFiles: BOOTED },
    lock('tools.qemu-system-aarch64'),
    { dependentTasksOutputFiles: '**/disk.qcow2' },
    { dependentTasksOutputFiles: '**/u-boot.bin' },
    '{workspaceRoot}/data/disk.img',
    '{workspaceRoot}/src/**/*',
    { runtime: `${HASH} data/disk.img src` },
    ENGINE,
  ]);
  expect(targets.test!.outputs).toContain('{workspaceRoot}/out/hvc0.log');
});

it('does not cache a test that leaves something on a drive', async () => {
  const cached = async (drive: object) => {
    const drives = [{ file: 'own.img', format: 'raw', ...drive }];
    const options = { arch: 'arm64', kernel: 'linux', drives };
    return (await infer(project('pc', 'qemu', options, 'run'), { linux: kernel() })).targets.test!.cache;
  };
  expect(await cached({})).toBe(true);
  expect(await cached({ keepWrites: true })).toBe(false);
});

it('lets one variant alone of a board boot through U-Boot', async () => {
  const board = project('pc', 'qemu', { arch: 'arm64', kernel: 'linux' }, 'run');
  const loaded = { loaded: { boot: { via: 'u-boot', uBoot: 'loader' } } };
  const { targets, implicitDependencies } = await infer(
    { ...board, targets: { run: { ...board.targets['run'], configurations: loaded } } },
    { linux: kernel(), loader: project('loader', 'u-boot', { arch: 'arm64', source: TARBALL }) },
  );
  expect(implicitDependencies).toEqual(['linux', 'loader']);
  expect(targets.build).toMatchObject({
    executor: '@bringup/nx:boot-volume',
    options: { arch: 'arm64', kernel: 'linux', outputPath: 'dist/pc' },
    configurations: { loaded: { ...loaded.loaded, outputPath: 'dist/pc/loaded' } },
  });
});

it.each([
  ['of a kernel', 'other:x.dtb', { dependentTasksOutputFiles: '**/x.dtb' }, ['linux', 'other']],
  ['of the workspace', '{projectRoot}/x.dtb', '{workspaceRoot}/app/x.dtb', ['linux']],
  ['outside of it', '/srv/x.dtb', { runtime: `${HASH} /srv/x.dtb` }, ['linux']],
])('hashes a device tree %s that a board is given', async (_place, dtb, input, edges) => {
  const board = project('pc', 'qemu', { arch: 'arm64', kernel: 'linux', dtb }, 'run');
  const other = project('other', 'kernel', { arch: 'arm64', source: TARBALL, dtbs: ['x'] });
  const { targets, implicitDependencies } = await infer(board, { linux: kernel(), other });
  expect(implicitDependencies).toEqual(edges);
  expect(targets.test!.inputs).toContainEqual(input);
  for (const name of ['build', 'run', 'test'])
    expect(targets[name]!.dependsOn).toEqual(edges.map((edge) => ({ projects: [edge], target: 'build' })));
});

it('gives a board build, test, command and those of its life, with edges to kernel and initramfs', async () => {
  const options = { arch: 'x86_64', kernel: 'linux', initramfs: 'root', memory: 64 };
  const run = { ...options, detach: true, json: true };
  const { targets, implicitDependencies } = await infer(project('pc', 'qemu', run, 'run'), {
    linux: kernel({ arch: 'x86_64' }, 'image'),
    root: project('root', 'initramfs', { arch: 'x86_64' }, 'pack'),
  });
  const dependsOn = [
    { projects: ['linux'], target: 'image' },
    { projects: ['root'], target: 'pack' },
  ];
  expect(implicitDependencies).toEqual(['linux', 'root']);
  expect(targets).toEqual({
    update: update('tools.qemu-system-x86_64'),
    build: { executor: 'nx:noop', dependsOn, configurations: {} },
    run: { cache: false, dependsOn, configurations: {} },
    command: { executor: '@bringup/nx:command', cache: false, options, configurations: {} },
    ps: { executor: '@bringup/nx:ps', cache: false, configurations: {} },
    attach: { executor: '@bringup/nx:attach', cache: false, configurations: {} },
    console: { executor: '@bringup/nx:console', cache: false, configurations: {} },
    stop: { executor: '@bringup/nx:stop', cache: false, configurations: {} },
    debug: { executor: '@bringup/nx:debug', cache: false, dependsOn, options, configurations: {} },
    dtb: {
      executor: '@bringup/nx:dtb',
      cache: false,
      options: { arch: 'x86_64', memory: 64, outputPath: 'dist/pc' },
      configurations: {},
    },
    test: {
      executor: '@bringup/nx:test',
      cache: true,
      dependsOn,
      options: { ...options, outputPath: 'dist/pc' },
      configurations: {},
      inputs: [{ dependentTasksOutputFiles: BOOTED }, lock('tools.qemu-system-x86_64'), ENGINE],
      outputs: ['{workspaceRoot}/dist/pc/console.log', '{workspaceRoot}/dist/pc/test.json'],
    },
  });
});

describe('images', () => {
  const others = {
    k: project('linux', 'kernel', { arch: 'x86_64', source: TARBALL }),
    i: project('root', 'initramfs', { arch: 'x86_64' }),
    b: project('box', 'busybox', { arch: 'x86_64', source: TARBALL }),
  };
  const after = (...names: string[]) => names.map((name) => ({ projects: [name], target: 'build' }));

  it('a disk runs after what its partitions come from, and hashes that and its tools', async () => {
    const boot = { kernel: 'linux', initramfs: 'root', loaders: ['syslinux', 'uefi'] };
    const partitions = [
      { fileSystem: 'fat', boot },
      { fileSystem: 'ext4', initramfs: 'root', busybox: 'box', overlays: ['app/overlay'] },
      { fileSystem: 'squashfs', files: [{ path: 'a', from: 'tool:a.bin' }] },
    ];
    const own = project('disk', 'disk-image', { arch: 'x86_64', partitions });
    const { targets, implicitDependencies } = await infer(own, others);
    expect(implicitDependencies).toEqual(['linux', 'root', 'box', 'tool']);
    expect(targets.build).toEqual({
      cache: true,
      dependsOn: after('box', 'tool', 'linux', 'root', 'root'),
      options: { outputPath: 'dist/disk' },
      configurations: {},
      inputs: [
        { dependentTasksOutputFiles: '**/busybox.tar' },
        { dependentTasksOutputFiles: '**/a.bin' },
        '{workspaceRoot}/app/overlay/**/*',
        { runtime: `${HASH} app/overlay` },
        { dependentTasksOutputFiles: '**/{Image,bzImage,zImage}' },
        { dependentTasksOutputFiles: '**/initramfs.cpio*' },
        { dependentTasksOutputFiles: '**/initramfs.cpio*' },
        lock(
          ...['mkfs.fat', 'mcopy', 'mke2fs', 'debugfs', 'mksquashfs', 'syslinux', 'syslinux-mbr'].map(
            (tool) => `tools.${tool}`,
          ),
          ...['grub-mkimage', 'sfdisk', 'qemu-img'].map((tool) => `tools.${tool}`),
        ),
        ENGINE,
      ],
      outputs: ['{workspaceRoot}/dist/disk/disk.qcow2', '{workspaceRoot}/dist/disk/manifest.json'],
    });
  });

  it.each([
    [{ firmware: ['bios'] }, ['xorriso', 'isolinux']],
    [{ firmware: ['uefi'] }, ['xorriso', 'mkfs.fat', 'mcopy', 'grub-mkimage']],
    [{}, ['xorriso', 'isolinux', 'mkfs.fat', 'mcopy', 'grub-mkimage']],
  ])('a CD with %j has these tools in its hash: %j', async (more, tools) => {
    const options = { arch: 'x86_64', kernel: 'linux', initramfs: 'root', ...more };
    const { targets, implicitDependencies } = await infer(project('cd', 'iso-image', options), others);
    expect(implicitDependencies).toEqual(['linux', 'root']);
    expect(targets.build!.dependsOn).toEqual(after('linux', 'root'));
    expect(targets.build!.inputs).toContainEqual(lock(...tools.map((tool) => `tools.${tool}`)));
    expect(targets.build!.outputs).toContain('{workspaceRoot}/dist/cd/image.iso');
  });

  it.each([
    [{ via: 'disk', disk: 'd' }, ['linux', 'd'], []],
    [{ via: 'bios', disk: 'd' }, ['linux', 'd'], []],
    [{ via: 'iso', iso: 'c' }, ['linux', 'c'], []],
    [{ via: 'iso', iso: 'c', firmware: 'uefi' }, ['linux', 'c'], ['tools.uefi-x86_64']],
    [{ via: 'uefi', disk: 'd' }, ['linux', 'd'], ['tools.uefi-x86_64']],
    [{ via: 'uefi', shell: true }, ['linux'], ['tools.uefi-x86_64']],
  ])('a board with %j runs after %j', async (boot, names, firmware) => {
    const board = project('board', 'qemu', { arch: 'x86_64', kernel: 'linux', boot }, 'run');
    const { targets, implicitDependencies } = await infer(board, others);
    expect(implicitDependencies).toEqual(names);
    expect(targets.run!.dependsOn).toEqual(after(...names));
    expect(targets.build).toEqual({
      executor: 'nx:noop',
      dependsOn: after(...names),
      configurations: {},
    });
    expect(targets.test!.inputs).toContainEqual(lock('tools.qemu-system-x86_64', ...firmware));
  });

  it('a board that UEFI boots makes its own volume', async () => {
    const options = { arch: 'x86_64', kernel: 'linux', boot: { via: 'uefi' } };
    const { targets } = await infer(project('board', 'qemu', options, 'run'), others);
    expect(targets.build!.executor).toBe('@bringup/nx:boot-volume');
    expect(targets.build!.inputs).toContainEqual(
      lock('tools.mkfs.fat', 'tools.mcopy', 'tools.grub-mkimage', 'tools.sfdisk'),
    );
    expect(targets.run!.dependsOn).toEqual([...after('linux'), 'build']);
  });
});

describe('variants', () => {
  const debug = { debug: { extraFragments: ['preset:debug', 'debug.config'] } };
  const kernelWithDebug = () => {
    const json = kernel({ fragments: ['a.config'] });
    return { ...json, targets: { build: { ...json.targets['build'], configurations: debug } } };
  };

  it('of a kernel have outputs of their own, and their fragments are inputs', async () => {
    const { targets } = await infer(kernelWithDebug());
    expect(targets['build']!.configurations).toEqual({ debug: { outputPath: 'dist/linux/debug' } });
    expect(targets['config']!.configurations).toEqual({
      debug: { extraFragments: ['preset:debug', 'debug.config'], outputPath: 'dist/linux/debug' },
    });
    expect(targets['config']!.inputs).toContain('{workspaceRoot}/debug.config');
  });

  it('of a kernel are those of its board, and of nothing that does not depend on it', async () => {
    const board = project('pc', 'qemu', { arch: 'arm64', kernel: 'linux', initramfs: 'root' }, 'run');
    const { targets } = await infer(board, {
      linux: kernelWithDebug(),
      root: project('root', 'initramfs', { arch: 'arm64' }),
    });
    expect(targets['run']!.configurations).toEqual({ debug: {} });
    expect(targets['build']!.configurations).toEqual({ debug: {} });
    expect(targets['test']!.configurations).toEqual({ debug: { outputPath: 'dist/pc/debug' } });
    const { build } = (
      await infer(project('root', 'initramfs', { arch: 'arm64' }), { linux: kernelWithDebug() })
    ).targets;
    expect(build!.configurations).toEqual({});
  });
});

it('leaves a project without Bringup, and a project.json that is gone, alone', async () => {
  const root = makeWorkspace({
    'lib/project.json': { name: 'lib', targets: { build: { executor: 'nx:run-commands' } } },
    'empty/project.json': { name: 'empty' },
  });
  expect(await inferProjects(root, ['lib/project.json', 'empty/project.json', 'gone/project.json'])).toEqual(
    {},
  );
});

it('names a project without a name after its directory', async () => {
  const json = { targets: { build: { executor: '@bringup/nx:initramfs', options: { arch: 'arm64' } } } };
  const root = makeWorkspace({ 'images/small/project.json': json });
  const { targets } = (await inferProjects(root, ['images/small/project.json']))['images/small']!;
  expect(targets['build']!.options).toEqual({ outputPath: 'dist/small' });
});

it.each([
  ['kernel', { arch: 'mips', source: TARBALL }],
  ['kernel', {}],
  ['kernel', { arch: 'arm64', source: 'linux.tar', fragments: 'a.config', base: 7 }],
  ['kernel', { arch: 'arm64', source: TARBALL, embeddedInitramfs: 7, dtbs: 'x' }],
  ['kernel', { arch: 'arm64', source: TARBALL, embeddedInitramfs: 'bad', dtbs: [null] }],
  ['qemu', { arch: 'arm64', dtb: 7 }],
  ['kernel', { arch: 'arm64', source: { kind: 'directory' }, fragments: [null], outputPath: 1 }],
  ['busybox', { arch: 'toString', source: null }],
  ['program', { arch: 'mips', sources: 'a.c', headers: [null], output: 7 }],
  ['program', {}],
  ['initramfs', { arch: 'arm64', compression: 'rar', files: [null, { path: 'x' }], overlays: 'x' }],
  ['initramfs', { arch: 'arm64', files: 'x', busybox: 1 }],
  ['uboot-image', { arch: 'mips', kernel: 1, sign: 'dev', dtb: [] }],
  ['uboot-image', { sign: { keyDirectory: 1 }, type: 'zip', uBoot: null }],
  ['qemu', { arch: 'mips', kernel: 1 }],
  ['qemu', {}],
])(
  'makes a graph of a %s with the wrong options %j too, so that Nx can say what is wrong',
  async (kind, options) => {
    const { targets } = await infer(project('bad', kind, options));
    expect(targets).toHaveProperty('build');
    expect(targets).toHaveProperty('update');
  },
);

it('makes the same graph on a host without any tool', async () => {
  const files = {
    'k/project.json': kernel(),
    'b/project.json': project('box', 'busybox', { arch: 'arm64', source: TARBALL }),
    't/project.json': project('tool', 'program', { arch: 'arm64', sources: ['t/a.c'], headers: ['t/*.h'] }),
    'r/project.json': project('root', 'initramfs', { arch: 'arm64', busybox: 'box', compression: 'xz' }),
    'q/project.json': project('board', 'qemu', { arch: 'arm64', kernel: 'linux', initramfs: 'root' }, 'run'),
  };
  const root = makeWorkspace(files);
  const here = await inferProjects(root, Object.keys(files));
  const path = process.env.PATH;
  process.env.PATH = '';
  try {
    expect(await inferProjects(root, Object.keys(files))).toEqual(here);
  } finally {
    process.env.PATH = path;
  }
});

it("stands for Bringup's own code by one external node, whose hash is that code's", async () => {
  const { createNodesV2 } = await import('./create-nodes.js');
  const { engineIdentity } = await import('../graph/engine.js');
  const root = makeWorkspace({ 'app/project.json': kernel() });
  const [[, { externalNodes }]] = (await createNodesV2[1](['app/project.json'], undefined, {
    workspaceRoot: root,
    nxJsonConfiguration: {},
  })) as never as [[string, { externalNodes: object }]];
  expect(engineIdentity()).toMatch(/^[0-9a-f]{32}$/);
  expect(externalNodes).toEqual({
    'npm:@bringup/engine': {
      type: 'npm',
      name: 'npm:@bringup/engine',
      data: { packageName: '@bringup/engine', version: engineIdentity(), hash: engineIdentity() },
    },
  });
});
