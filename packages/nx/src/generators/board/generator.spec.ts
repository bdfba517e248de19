import { ARCH_NAMES } from '@bringup/process';
import { inferProjects, makeWorkspace } from '../../testing/workspace.js';
import { virtualWorkspace, type VirtualWorkspace } from '../../testing/virtual-workspace.js';
import { BOARD_MACHINES, BOOT_PATHS } from '../../kinds/board/board-machines.js';
import { rmSync } from 'node:fs';

let workspace: VirtualWorkspace;
beforeEach(() => {
  workspace = virtualWorkspace();
});
const board = (name: string, options: object) => workspace.generate('board', { name, ...options });

describe('a board from nothing', () => {
  const shared = ['busybox-arm64', 'kernel-arm64', 'rootfs-arm64'];
  const both = { kernel: 'kernel-arm64', initramfs: 'rootfs-arm64' };
  it.each([
    ['kernel', [], both],
    ['u-boot', ['u-boot-arm64'], { ...both, boot: { via: 'u-boot', uBoot: 'u-boot-arm64' } }],
    ['uefi', [], { ...both, boot: { via: 'uefi' }, machine: 'virt,acpi=off' }],
    [
      'disk',
      ['disk-arm64'],
      { kernel: 'kernel-arm64', boot: { via: 'disk', disk: 'disk-arm64' }, append: 'root=/dev/vda1 rw' },
    ],
    ['iso', ['iso-arm64'], { boot: { via: 'iso', iso: 'iso-arm64' }, machine: 'virt,acpi=off' }],
  ])('by %s brings all that it needs', async (boot, more, options) => {
    await board('b', { arch: 'arm64', boot });
    expect(workspace.projects()).toEqual(['b', ...shared, ...more].sort());
    expect(workspace.declarationOf('b')!.options).toEqual({ arch: 'arm64', ...options });
  });

  it('is a project.json and nothing that is not needed', async () => {
    await board('b', { arch: 'arm64' });
    expect(workspace.json('boards/b/project.json')).toEqual({
      name: 'b',
      $schema: '../../node_modules/nx/schemas/project-schema.json',
      projectType: 'application',
      targets: {
        run: {
          executor: '@bringup/nx:qemu',
          options: { arch: 'arm64', kernel: 'kernel-arm64', initramfs: 'rootfs-arm64' },
        },
        test: { options: { commands: [{ run: 'uname -m', expect: '^aarch64$' }] } },
      },
    });
    expect(workspace.declarationOf('kernel-arm64')!.options).toMatchObject({
      source: { kind: 'debian-package', package: 'linux-source-6.1' },
      base: 'tinyconfig',
      fragments: ['preset:virt-arm64', 'preset:efi', 'kernel-arm64/kernel.config'],
    });
  });

  it('by bios is a disk with a boot loader', async () => {
    await board('b', { arch: 'x86_64', boot: 'bios', machine: 'pc' });
    expect(workspace.declarationOf('b')!.options).toEqual({
      arch: 'x86_64',
      machine: 'pc',
      boot: { via: 'bios', disk: 'boot-disk-x86_64' },
    });
    expect(workspace.declarationOf('boot-disk-x86_64')!.options.partitions).toMatchObject([
      { boot: { kernel: 'kernel-x86_64', loaders: ['syslinux'] } },
      { initramfs: 'rootfs-x86_64' },
    ]);
  });

  it('for another machine has a kernel and an initramfs for that one', async () => {
    await board('b', { arch: 'arm', machine: 'cubieboard' });
    expect(workspace.projects()).toEqual(['b', 'busybox-arm', 'kernel-cubieboard', 'rootfs-cubieboard']);
    expect(workspace.declarationOf('rootfs-cubieboard')!.options.console).toBe('ttyS0');
    expect(workspace.declarationOf('b')!.options).toMatchObject({
      ...{ machine: 'cubieboard', memory: 512, append: 'console=ttyS0' },
      dtb: 'kernel-cubieboard:sun4i-a10-cubieboard.dtb',
    });
    expect(workspace.declarationOf('kernel-cubieboard')!.options.dtbs).toEqual(['sun4i-a10-cubieboard']);
  });

  it('lies below the directory that was asked for', async () => {
    await board('@team/b', { arch: 'arm64', directory: 'linux/' });
    expect(
      Object.keys(workspace.files())
        .filter((path) => path.endsWith('project.json'))
        .sort(),
    ).toEqual(
      ['boards/b', 'busybox-arm64', 'kernel-arm64', 'rootfs-arm64'].map((at) => `linux/${at}/project.json`),
    );
  });

  it('builds its kernel from the source that was named', async () => {
    await board('b', { arch: 'arm64', source: '../linux' });
    expect(workspace.declarationOf('kernel-arm64')!.options.source).toEqual({
      kind: 'directory',
      path: '../linux',
    });
  });

  it.each([
    ['virt', 'virt,acpi=off'],
    ['virt,gic-version=3', 'virt,gic-version=3,acpi=off'],
    ['virt,acpi=on', 'virt,acpi=on'],
  ])('by uefi on arm64 with machine %s has %s', async (machine, wanted) => {
    await board('b', { arch: 'arm64', boot: 'uefi', machine });
    expect(workspace.declarationOf('b')!.options.machine).toBe(wanted);
  });
});

describe('every architecture and boot path', () => {
  const all = BOARD_MACHINES.flatMap((machine) => machine.paths.map((path) => [machine, path] as const));

  it('fits into one workspace, whose graph names only existing projects', async () => {
    for (const [index, [{ arch, machine }, boot]] of all.entries())
      await board(`b${index}`, { arch, machine, boot });
    const root = makeWorkspace(workspace.files());
    try {
      const files = Object.keys(workspace.files()).filter((path) => path.endsWith('project.json'));
      const inferred = await inferProjects(root, files);
      const names = workspace.projects();
      // implicitDependencies leave out projects that do not exist.
      const edges = Object.values(inferred)
        .flatMap(({ targets }) => Object.values(targets).flatMap(({ dependsOn = [] }) => dependsOn))
        .flatMap((dependency) => (typeof dependency === 'string' ? [] : [dependency.projects ?? []].flat()));
      expect(edges).not.toEqual([]);
      expect(edges.filter((name) => !names.includes(name))).toEqual([]);
      expect(names).toHaveLength(files.length);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it('covers each architecture and each boot path', () => {
    expect(new Set(all.map(([{ arch }]) => arch))).toEqual(new Set(ARCH_NAMES));
    expect(new Set(all.map(([, path]) => path))).toEqual(new Set(BOOT_PATHS));
  });
});

describe('a second board', () => {
  beforeEach(() => board('one', { arch: 'arm64' }));

  it('shares every project', async () => {
    await board('two', { arch: 'arm64', boot: 'uefi' });
    expect(workspace.projects()).toEqual(['busybox-arm64', 'kernel-arm64', 'one', 'rootfs-arm64', 'two']);
  });

  it('has with a fragment its own kernel, and nothing else', async () => {
    workspace.tree.write('trace.config', 'CONFIG_FTRACE=y\n');
    const before = workspace.files();
    await board('two', { arch: 'arm64', fragments: ['trace.config', 'preset:debug'] });
    const added = Object.keys(workspace.files()).filter((path) => !Object.hasOwn(before, path));
    expect(added).toEqual(['boards/two/project.json', 'kernel-two/project.json']);
    expect(workspace.declarationOf('kernel-two')!.options).toEqual({
      ...workspace.declarationOf('kernel-arm64')!.options,
      fragments: [
        'preset:virt-arm64',
        'preset:efi',
        'kernel-arm64/kernel.config',
        'trace.config',
        'preset:debug',
      ],
    });
    expect(workspace.declarationOf('two')!.options).toMatchObject({
      kernel: 'kernel-two',
      initramfs: 'rootfs-arm64',
    });
  });

  it('has with ownKernel a fragment to write into, and the variants of the shared one', async () => {
    await workspace.generate('fragment', {
      name: 'trace',
      project: 'kernel-arm64',
      set: ['FTRACE=y'],
      variant: 'trace',
    });
    await board('two', { arch: 'arm64', ownKernel: true });
    expect(workspace.declarationOf('kernel-two')).toMatchObject({
      options: {
        fragments: [
          'preset:virt-arm64',
          'preset:efi',
          'kernel-arm64/kernel.config',
          'kernel-two/kernel.config',
        ],
      },
      configurations: { trace: { extraFragments: ['kernel-arm64/trace.config'] } },
    });
  });

  it('has its own kernel on a CD of its own', async () => {
    await board('two', { arch: 'arm64', boot: 'iso', fragments: ['preset:debug'] });
    expect(workspace.declarationOf('iso-two')!.options).toMatchObject({
      kernel: 'kernel-two',
      initramfs: 'rootfs-arm64',
    });
  });

  it('uses the kernel that it is given', async () => {
    await workspace.generate('kernel', { name: 'mine', arch: 'arm64' });
    await board('two', { arch: 'arm64', kernel: 'mine' });
    expect(workspace.declarationOf('two')!.options).toMatchObject({
      kernel: 'mine',
      initramfs: 'rootfs-arm64',
    });
  });

  it('of another architecture shares nothing', async () => {
    await board('two', { arch: 'riscv64', boot: 'disk' });
    expect(workspace.projects()).toEqual(
      expect.arrayContaining(['busybox-riscv64', 'disk-riscv64', 'kernel-riscv64', 'rootfs-riscv64']),
    );
  });

  it('takes a shared initramfs that its user has added to', async () => {
    await workspace.generate('program', { name: 'hello', arch: 'arm64', initramfs: 'rootfs-arm64' });
    await board('two', { arch: 'arm64' });
    expect(workspace.projects()).toContain('two');
  });
});

it('changes nothing when it runs again', async () => {
  for (const boot of ['kernel', 'iso']) {
    await board(`b-${boot}`, { arch: 'x86_64', boot, fragments: ['preset:debug'] });
    const before = workspace.files();
    await board(`b-${boot}`, { arch: 'x86_64', boot, fragments: ['preset:debug'] });
    expect(workspace.files()).toEqual(before);
  }
});

describe('refuses, and writes nothing', () => {
  const REFUSED: [string, object, string, RegExp][] = [
    [
      'UEFI on arm',
      { arch: 'arm', boot: 'uefi' },
      'NO_BOOT_PATH',
      /virt of arm does not boot by uefi. It boots by: kernel/,
    ],
    ['a BIOS on arm64', { arch: 'arm64', boot: 'bios' }, 'NO_BOOT_PATH', /bios is for x86_64/],
    [
      'U-Boot on cubieboard',
      { arch: 'arm', machine: 'cubieboard', boot: 'u-boot' },
      'NO_BOOT_PATH',
      /cubieboard of arm/,
    ],
    [
      'a machine of no arch',
      { arch: 'arm', machine: 'versatilepb' },
      'UNKNOWN_MACHINE',
      /"versatilepb".*virt, cubieboard/,
    ],
    [
      'a slip in a machine',
      { arch: 'arm', machine: 'cubiebord' },
      'UNKNOWN_MACHINE',
      /Did you mean cubieboard\?/,
    ],
    ['a machine of another arch', { arch: 'arm64', machine: 'q35' }, 'UNKNOWN_MACHINE', /machine of x86_64/],
    ['a bad name', { arch: 'arm64', name: 'a:b' }, 'BAD_PROJECT_NAME', /"a:b" is not a valid project name/],
    ['a path as name', { arch: 'arm64', name: '../b' }, 'BAD_PROJECT_NAME', /not a valid/],
    [
      'a directory outside',
      { arch: 'arm64', directory: '../x' },
      'BAD_DIRECTORY',
      /not a directory of this workspace/,
    ],
    [
      'a kernel that is not there',
      { arch: 'arm64', kernel: 'kernle' },
      'UNKNOWN_PROJECT',
      /no kernel project for arm64/,
    ],
    [
      'a fragment that is not there',
      { arch: 'arm64', fragments: ['x.config'] },
      'FRAGMENT_MISSING',
      /no file x\.config/,
    ],
    ['a preset that is not there', { arch: 'arm64', fragments: ['preset:x'] }, 'UNKNOWN_PRESET', /Presets: /],
    [
      'a U-Boot that is not used',
      { arch: 'arm64', uBoot: 'u' },
      'OPTION_UNUSED',
      /uBoot: it is for boot: u-boot/,
    ],
    [
      'a kernel beside a CD',
      { arch: 'arm64', boot: 'iso', iso: 'i', kernel: 'k' },
      'OPTION_UNUSED',
      /with iso/,
    ],
    [
      'a BusyBox beside an initramfs',
      { arch: 'arm64', initramfs: 'r', busybox: 'b' },
      'OPTION_UNUSED',
      /with initramfs/,
    ],
    [
      'a tarball without a checksum',
      { arch: 'arm64', source: 'https://x/l.tar.xz' },
      'BAD_SOURCE',
      /needs its checksum/,
    ],
    [
      'a checksum of nothing',
      { arch: 'arm64', sha256: 'a'.repeat(64), source: 'debian' },
      'BAD_SOURCE',
      /is for a tarball/,
    ],
    [
      'a git repository without a commit',
      { arch: 'arm64', source: 'https://x/linux.git' },
      'BAD_SOURCE',
      /which commit of it\? Give --tag, --branch or --commit/,
    ],
    [
      'a git repository with a checksum',
      { arch: 'arm64', source: 'https://x/linux.git', tag: 'v1', sha256: 'a'.repeat(64) },
      'BAD_SOURCE',
      /sha256 is for a tarball/,
    ],
    [
      'a git repository with what ssh alone understands',
      { arch: 'arm64', source: 'git@x.org:linux.git', tag: 'v1' },
      'URL_INVALID',
      /Write ssh:\/\/git@x.org\/linux.git/,
    ],
    [
      'a git repository with a tag behind it',
      { arch: 'arm64', source: 'https://x/linux.git#v6.12' },
      'URL_INVALID',
      /#v6.12 does not belong in a URL. Give "tag"/,
    ],
    [
      'a bare repository as a directory',
      { arch: 'arm64', source: '../linux.git' },
      'BAD_SOURCE',
      /Give its URL \(file:\/\/\//,
    ],
    [
      'a tag and a branch',
      { arch: 'arm64', source: 'https://x/linux.git', tag: 'v1', branch: 'main' },
      'GIT_REF_INVALID',
      /has tag and branch/,
    ],
    ['a tag of nothing', { arch: 'arm64', tag: 'v1' }, 'BAD_SOURCE', /tag is for a git repository/],
    [
      'a tag of a directory',
      { arch: 'arm64', source: '../linux', tag: 'v1' },
      'BAD_SOURCE',
      /tag is for a git repository/,
    ],
    [
      'a tag of a kernel that is in a CD',
      { arch: 'arm64', boot: 'iso', iso: 'cd', tag: 'v1' },
      'OPTION_UNUSED',
      /tag: it has no effect with iso/,
    ],
    [
      'an option that is not there',
      { arch: 'arm64', fragment: ['x'] },
      'UNKNOWN_OPTION',
      /Did you mean fragments\?/,
    ],
  ];
  it.each(REFUSED)('%s', async (_what, options, code, message) => {
    const before = workspace.files();
    const { name = 'b', ...others } = options as { name?: string };
    await expect(async () => board(name, others)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(
      Object.keys(workspace.files()).filter(
        (path) => !Object.hasOwn(before, path) && path.includes('boards'),
      ),
    ).toEqual([]);
  });

  it('a name that another project has', async () => {
    await board('b', { arch: 'arm64' });
    await expect(board('b', { arch: 'x86_64' })).rejects.toMatchObject({ code: 'PROJECT_EXISTS' });
    await expect(board('kernel-arm64', { arch: 'arm64' })).rejects.toMatchObject({ code: 'PROJECT_EXISTS' });
  });

  it('files that are there', async () => {
    workspace.tree.write('kernel-arm64/kernel.config', 'CONFIG_MINE=y\n');
    await expect(board('b', { arch: 'arm64' })).rejects.toMatchObject({
      code: 'FILE_EXISTS',
      message: expect.stringContaining('kernel-arm64/kernel.config is there already'),
    });
  });

  it('a project of another kind under the name that is shared', async () => {
    workspace.tree.write('k/project.json', JSON.stringify({ name: 'kernel-arm64', targets: {} }));
    await expect(board('b', { arch: 'arm64' })).rejects.toMatchObject({ code: 'PROJECT_EXISTS' });
  });

  it('a source that is not that of the shared kernel', async () => {
    await board('one', { arch: 'arm64' });
    await expect(board('two', { arch: 'arm64', source: '../linux' })).rejects.toMatchObject({
      code: 'PART_DIFFERS',
      message: expect.stringContaining('--ownKernel'),
    });
  });

  it('a shared CD that holds another kernel', async () => {
    await board('one', { arch: 'arm64', boot: 'iso' });
    const json = workspace.json('iso-arm64/project.json') as {
      targets: { build: { options: { kernel: string } } };
    };
    json.targets.build.options.kernel = 'rootfs-arm64';
    workspace.tree.write('iso-arm64/project.json', JSON.stringify(json));
    await expect(board('two', { arch: 'arm64', boot: 'iso' })).rejects.toMatchObject({
      code: 'PART_DIFFERS',
      message: expect.stringContaining('--iso=iso-arm64'),
    });
    await board('three', { arch: 'arm64', boot: 'iso', iso: 'iso-arm64' });
  });
});
