import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { minimatch } from 'minimatch';
import { addModule, addProgram, makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { REPOSITORY } from './nx-run.js';
import { askNx, type NxAnswers } from './task-inputs.js';
import { traceTasks, type OpenedFiles } from './traced.js';

const FAKE_QEMU = join(REPOSITORY, 'packages/qemu/src/testing/fake-qemu.mjs');
type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

const TASKS = [
  ...[
    'kernel:config',
    'kernel:build',
    'busybox:config',
    'busybox:build',
    'tool:build',
    'hello:build',
    'rootfs:build',
  ],
  ...['image:build', 'disk:build', 'cd:build', 'board:test'],
];

/** Files that are read without being file inputs: Nx hashes them in other ways, or they are not inputs at all. */
const ELSEWHERE = [
  // Nx reads these before it runs a task; the options of all targets of a project are in the hash.
  /(^|\/)(project|package|nx)\.json$/,
  /(^|\/)\.(git|nx)ignore$/,
  // A `runtime` input, lock-state.sh, hashes its entries.
  /^bringup\.lock(\/|$)/,
  // Bringup's code is an external node, and so are Nx and the rest.
  /^node_modules\//,
  // Kept directories, and state of Nx and git: not inputs.
  /^\.(bringup|nx|git)\//,
];

describe('files that an executor opens in the workspace', () => {
  let workspace: FakeWorkspace;
  let opened: OpenedFiles;
  let answers: NxAnswers;

  beforeAll(async () => {
    workspace = makeFakeWorkspace(tmpdir(), { qemu: FAKE_QEMU });
    addProgram(workspace);
    addModule(workspace);
    addLinks();
    const project = (name: string, executor: string, options: object) =>
      workspace.write(
        `${name}/project.json`,
        JSON.stringify({ name, targets: { build: { executor: `@bringup/nx:${executor}`, options } } }),
      );
    project('image', 'uboot-image', { arch: 'x86_64', type: 'ramdisk', initramfs: 'rootfs' });
    workspace.write('disk/overlay/etc/issue', 'a disk\n');
    const files = [{ path: '/data', from: 'disk/a file (1)' }];
    workspace.write('disk/a file (1)', 'data\n');
    const root = { fileSystem: 'ext4', size: '8M', overlays: ['disk/overlay'], files };
    project('disk', 'disk-image', { arch: 'x86_64', partitions: [root] });
    workspace.write('cd/overlay/readme', 'a CD\n');
    project('cd', 'iso-image', {
      ...{ arch: 'x86_64', kernel: 'kernel', initramfs: 'rootfs', firmware: ['bios'] },
      overlays: ['cd/overlay'],
    });
    workspace.write('data/own.dtb', 'a device tree');
    workspace.write('data/firmware.bin', 'a firmware');
    workspace.write('data/disk.img', 'a disk');
    workspace.write('data/shared/file', 'a file');
    workspace.edit('board/project.json', (({ targets }: Json) => {
      Object.assign(targets.run.options, {
        ...{ dtb: 'data/own.dtb', firmware: 'data/firmware.bin' },
        drives: [{ file: 'data/disk.img', format: 'raw' }],
        shares: [{ path: 'data/shared', tag: 'shared' }],
      });
    }) as never);
    const traces = join(dirname(workspace.root), 'traces');
    mkdirSync(traces);
    opened = await traceTasks(workspace.root, traces, [
      'run-many',
      '--targets=config,build,test',
      '--outputStyle=static',
    ]);
    answers = await askNx(workspace.root, TASKS);
  }, 900_000); // Everything is built once, under strace.
  afterAll(() => workspace.remove());

  /** A fragment, a base, a source, a header, a module's file: each a symbolic link to a file elsewhere. */
  function addLinks(): void {
    const link = (path: string, content: string) => {
      const real = `real/${path.replaceAll('/', '-')}`;
      workspace.write(real, content);
      symlinkSync(join('..', real), join(workspace.root, path));
    };
    link('kernel/linked.config', 'CONFIG_NET=y\n');
    link('tool/linked.h', '#define LINKED 1\n');
    link('hello/linked.h', '#define LINKED 1\n');
    workspace.write('real/include/deep.h', '#define DEEP 1\n');
    symlinkSync('../real/include', join(workspace.root, 'tool/include'));
    workspace.edit('tool/project.json', (({ targets }: Json) =>
      targets.build.options.headers.push('tool/include/*.h')) as never);
    workspace.edit('kernel/project.json', (({ targets }: Json) =>
      targets.build.options.fragments.push('kernel/linked.config')) as never);
    workspace.write(
      'tool/tool.c',
      `#include "linked.h"\n#include "include/deep.h"\n${workspace.read('tool/tool.c')}`,
    );
    workspace.write('hello/hello.c', `#include "linked.h"\n${workspace.read('hello/hello.c')}`);
  }

  /** Paths that our `runtime` inputs hash recursively. */
  const hashedByUs = (task: string) =>
    answers.inputs[task]!.runtime.flatMap((command) =>
      [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!),
    );

  function isDeclared(task: string, path: string): boolean {
    const project = task.split(':')[0]!;
    if (answers.inputs[task]!.files.includes(path) || ELSEWHERE.some((pattern) => pattern.test(path)))
      return true;
    if (hashedByUs(task).some((own) => path === own || path.startsWith(`${own}/`))) return true;
    // They say whether an artifact is the one that was built. If so, nothing comes of them.
    if (/^dist\/[^/]+\/(config\.)?manifest\.json$/.test(path)) return true;
    // Its own artifacts of the last run, and those of other tasks.
    if (path.startsWith(`dist/${project}/`) && !path.endsWith('/.config')) return true;
    return answers.declared[task]!.some(
      (input) =>
        path.startsWith('dist/') &&
        minimatch(path, String((input as Json).dependentTasksOutputFiles ?? ''), { dot: true }),
    );
  }

  it.each(TASKS)('%s opens nothing that is not an input of it', (task) => {
    expect(opened[task]).toBeDefined();
    expect(opened[task]!.filter((path) => !isDeclared(task, path))).toEqual([]);
  });

  it.each([
    ['kernel:config', ['kernel/a.config', 'real/kernel-linked.config']],
    ['kernel:build', ['dist/kernel/.config']],
    ['tool:build', ['tool/tool.c', 'tool/dist/made.h', 'real/tool-linked.h', 'real/include/deep.h']],
    ['hello:build', ['hello/hello.c', 'real/hello-linked.h', 'dist/kernel/Module.symvers']],
    ['rootfs:build', ['rootfs/overlay/etc/motd', 'dist/tool/tool', 'dist/hello/hello.ko']],
    ['disk:build', ['disk/overlay/etc/issue', 'disk/a file (1)']],
    ['cd:build', ['cd/overlay/readme', 'dist/kernel/bzImage', 'dist/rootfs/initramfs.cpio.gz']],
    ['image:build', ['dist/rootfs/initramfs.cpio.gz']],
  ])('%s was seen to open %j', (task, files) => expect(opened[task]).toEqual(expect.arrayContaining(files)));
});
