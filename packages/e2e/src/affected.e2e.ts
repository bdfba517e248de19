import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { addModule, addProgram, commitAll, makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx, REPOSITORY } from './nx-run.js';

/**
 * Which projects `nx affected` lists for each kind of file. It compares the names of changed files with the files that
 * targets have as inputs, and follows the edges between projects. It ignores everything else that is hashed.
 */
let workspace: FakeWorkspace;

const declare = (name: string, executor: string, options: object) =>
  workspace.write(
    `${name}/project.json`,
    JSON.stringify({ name, targets: { build: { executor: `@bringup/nx:${executor}`, options } } }),
  );

beforeAll(() => {
  workspace = makeFakeWorkspace(tmpdir());
  addProgram(workspace);
  addModule(workspace);
  workspace.write('shared/overlay/etc/issue', 'shared\n');
  const root = JSON.parse(workspace.read('rootfs/project.json'));
  root.targets.build.options.overlays.push('shared/overlay');
  workspace.write('rootfs/project.json', JSON.stringify(root));
  const common = { arch: 'arm64', base: 'tinyconfig' };
  declare('small', 'initramfs', { arch: 'arm64', overlays: ['shared/overlay'], compression: 'none' });
  declare('vendored', 'kernel', { ...common, source: { kind: 'directory', path: 'vendor/linux' } });
  declare('outside', 'kernel', {
    ...common,
    source: { kind: 'directory', path: '../linux' },
    fragments: ['vendor/configs/a.config', '../configs/b.config'],
  });
  const image = { arch: 'x86_64', type: 'ramdisk', initramfs: 'small', dtb: 'board/own.dtb' };
  declare('image', 'uboot-image', image);
  workspace.write(
    '.gitmodules',
    ['linux', 'configs']
      .map((name) => `[submodule "${name}"]\n\tpath = vendor/${name}\n\turl = ../${name}\n`)
      .join(''),
  );
  commitAll(workspace.root, 'first');
});
afterAll(() => workspace.remove());

async function affected(cwd: string, ...args: string[]): Promise<string[]> {
  const { exitCode, output } = await nx(['show', 'projects', '--affected', '--json', ...args], { cwd });
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  return (JSON.parse(output) as string[]).sort();
}

const GCC = 'x86_64-linux-gnu-gcc';
const FILES: [kind: string, file: string, projects: string[]][] = [
  ['a fragment', 'kernel/a.config', ['board', 'hello', 'kernel', 'rootfs']],
  [
    'the locked source of a kernel',
    'bringup.lock/sources/kernel.lock.json',
    ['board', 'hello', 'kernel', 'rootfs'],
  ],
  ['the locked source of BusyBox', 'bringup.lock/sources/busybox.lock.json', ['board', 'busybox', 'rootfs']],
  [
    'a locked compiler',
    `bringup.lock/tools/${GCC}.txt`,
    ['board', 'busybox', 'hello', 'kernel', 'rootfs', 'tool'],
  ],
  [
    'a locked compiler of another architecture',
    'bringup.lock/tools/aarch64-linux-gnu-gcc.txt',
    ['outside', 'vendored'],
  ],
  ['the locked QEMU', 'bringup.lock/tools/qemu-system-x86_64.txt', ['board']],
  ['the locked compressor', 'bringup.lock/tools/zlib.txt', ['board', 'rootfs']],
  ['the locked mkimage', 'bringup.lock/tools/mkimage.txt', ['image']],
  ["a locked tool that nothing uses, and the lock's version", 'bringup.lock/tools/rustc.txt', []],
  ['an overlay', 'rootfs/overlay/etc/motd', ['board', 'rootfs']],
  ['a shared overlay', 'shared/overlay/etc/issue', ['board', 'image', 'rootfs', 'small']],
  ["a module's source", 'hello/hello.c', ['board', 'hello', 'rootfs']],
  ["a program's header", 'tool/tool.h', ['board', 'rootfs', 'tool']],
  ["a board's own file, which another project reads", 'board/own.dtb', ['board', 'image']],
  ['a submodule that is a source', 'vendor/linux', ['vendored']],
  ['a file of a source in the workspace', 'vendor/linux/init/main.c', ['vendored']],
  ['a submodule that has a fragment', 'vendor/configs', ['outside']],
  // Git never names an ignored file: Nx hashes it when a task runs, and `nx affected` cannot see it.
  ['an ignored fragment', 'busybox/local.config', []],
  ['a file that nothing reads', 'docs/README.md', []],
];

it.each(FILES)('%s', async (_kind, file, projects) => {
  expect(await affected(workspace.root, `--files=${file}`)).toEqual(projects);
});

it('sees a moved submodule and an added entry, which git names between two commits', async () => {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: workspace.root });
  git('update-index', '--add', '--cacheinfo', `160000,${'a'.repeat(40)},vendor/linux`);
  workspace.write('bringup.lock/tools/mkimage.txt', 'mkimage 99\n');
  git('add', 'bringup.lock');
  git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '--quiet', '--message=moved');
  expect(await affected(workspace.root, '--base=HEAD~1', '--head=HEAD')).toEqual(['image', 'vendored']);
});

it('sees a moved submodule that .nxignore names, as the generators write it', async () => {
  workspace.write('.nxignore', '/vendor/linux/\n');
  expect(await affected(workspace.root, '--files=vendor/linux')).toEqual(['vendored']);
});

it("a preset of Bringup's own repository affects the kernels that name it", async () => {
  const projects = await affected(REPOSITORY, '--files=workspace-configs/kconfig/virt-arm64.config');
  expect(projects).toEqual(expect.arrayContaining(['kernel', 'virt-arm64']));
  expect(projects.filter((name) => /x86_64|riscv64|^pc|-arm$/.test(name))).toEqual([]);
});
