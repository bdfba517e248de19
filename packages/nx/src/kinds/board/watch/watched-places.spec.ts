import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { ProjectConfiguration } from '@nx/devkit';
import { inferProjects, makeWorkspace, project } from '../../../testing/workspace.js';
import { watchedPlaces } from './watched-places.js';

const SOURCE = { kind: 'directory', path: '../linux' };
const KERNEL = {
  arch: 'x86_64',
  source: SOURCE,
  fragments: ['{projectRoot}/kernel.config', 'configs/more.config'],
};
const ROOTFS = { arch: 'x86_64', overlays: ['shared/overlay'], files: [{ path: '/x', from: 'data/x.bin' }] };
const BOARD = { arch: 'x86_64', kernel: 'kernel', initramfs: 'rootfs' };

/** The places watched for a workspace's board, relative to the workspace. */
async function watched(board: object = {}, files: Record<string, unknown> = {}) {
  const parent = makeWorkspace({ 'linux/Makefile': '' });
  const root = join(parent, 'workspace');
  const declared = {
    'kernel/project.json': project('kernel', 'kernel', KERNEL),
    'rootfs/project.json': project('rootfs', 'initramfs', ROOTFS),
    'board/project.json': project('board', 'qemu', { ...BOARD, ...board }, 'run'),
    'other/project.json': project('other', 'kernel', { ...KERNEL, source: { ...SOURCE, path: 'trees/o' } }),
    ...files,
  };
  const all = {
    ...declared,
    'configs/more.config': '',
    'shared/overlay/etc/motd': '',
    'data/x.bin': '',
    'trees/o/Makefile': '',
  };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const inferred = await inferProjects(root, Object.keys(declared));
  const projects = Object.fromEntries(
    Object.entries(inferred).map(([directory, { targets }]) => {
      const own = (declared as Record<string, unknown>)[`${directory}/project.json`];
      const { name, targets: written } = own as ReturnType<typeof project>;
      const merged = Object.entries({ ...targets, ...written }).map(([target]) => [
        target,
        { ...targets[target], ...written[target] },
      ]);
      return [name, { name, root: directory, targets: Object.fromEntries(merged) } as ProjectConfiguration];
    }),
  );
  const tasks = ['kernel:config', 'kernel:build', 'rootfs:build', 'board:run'].map((task) => {
    const [name, target] = task.split(':');
    return { project: name!, target: target! };
  });
  const options = BOARD as never;
  const places = (at: string) => watchedPlaces(at, { options, projects, tasks });
  return { root, ...relatively(realpathSync(root), places(root)), places };
}

function relatively(root: string, places: ReturnType<typeof watchedPlaces>) {
  const shorten = (paths: readonly string[]) => paths.map((path) => relative(root, path));
  const { trees, directories, ignored } = places;
  return { trees: shorten(trees), directories: shorten(directories), ignored: shorten(ignored) };
}

it('has the projects of the run, their sources, overlays and files, and the root for nx.json; other projects are not there', async () => {
  const { trees, directories, ignored } = await watched();
  expect(trees).toEqual(['../linux', 'board', 'kernel', 'rootfs', 'shared/overlay']);
  expect(directories).toEqual(['', 'configs', 'data']);
  expect(ignored).toEqual(['dist/board', 'dist/kernel', 'dist/rootfs']);
});

it("has the device trees, drives and arguments' files that a board names", async () => {
  const { trees, directories } = await watched(
    {
      dtb: 'dt/own.dtb',
      drives: [{ file: 'disks/a.img', format: 'raw' }],
      extraArgs: ['-bios', 'fw/bios.bin'],
    },
    { 'dt/own.dtb': '', 'disks/a.img': '', 'fw/bios.bin': '' },
  );
  expect(directories).toEqual(['', 'configs', 'data', 'disks', 'dt', 'fw']);
  expect(trees).toContain('board');
});

it('leaves out what the guest writes and what it shares', async () => {
  const { ignored } = await watched({
    drives: [{ file: 'board/kept.img', format: 'raw', keepWrites: true }],
    shares: [{ path: 'board/share', tag: 'share', type: '9p' }],
    consoles: [{ type: 'file', path: 'board/console.log' }],
  });
  expect(ignored).toEqual([
    ...['board/console.log', 'board/kept.img', 'board/share'],
    ...['dist/board', 'dist/kernel', 'dist/rootfs'],
  ]);
});

it('watches a share that a project is built from', async () => {
  const { ignored } = await watched({ shares: [{ path: '.', tag: 'all', type: '9p' }] });
  expect(ignored).toEqual(['dist/board', 'dist/kernel', 'dist/rootfs']);
});

it('gives real paths, and none inside another tree', async () => {
  const { root, places } = await watched();
  symlinkSync(root, `${root}-link`);
  expect(places(`${root}-link`)).toEqual(places(root));
});
