import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashArray } from '@nx/devkit';
import { describeParts, scmState } from '@bringup/kbuild';
import { runProgram } from '@bringup/process';
import { kernelDefaults } from '../../generated/kernel-options.js';
import type { ProjectLike } from '../../workspace/declaration.js';
import { sourceHash, sourceHashCommand } from '../../graph/source-hash.js';
import { makeTask, makeWorkspace, writeManifests } from '../../testing/workspace.js';
import { buildProject } from './build-project.js';
import { openKconfigProject, type KconfigOptions } from './kconfig-project.js';
import type { Task } from '../../tasks/task.js';

const FIXTURES = join(__dirname, '../../../../kbuild/fixtures');

const declared = (kind: string, options: object): Omit<ProjectLike, 'name'> => ({
  root: kind,
  targets: { build: { executor: `@bringup/nx:${kind}`, options: { ...options } } },
});
const OTHERS = {
  rootfs: declared('initramfs', { arch: 'x86_64' }),
  packed: declared('initramfs', { arch: 'x86_64', compression: 'xz' }),
  foreign: declared('initramfs', { arch: 'arm64' }),
};

/** A fake kernel with these options, and what its build says and publishes. */
function setUp(change: Partial<KconfigOptions>, runtimeHashes: Task['runtimeHashes'] = new Map()) {
  const root = makeWorkspace({
    'dist/rootfs/initramfs.cpio.gz': 'first',
    'dist/packed/initramfs.cpio.xz': 'x',
  });
  writeManifests(root, 'dist/rootfs', 'dist/packed');
  cpSync(join(FIXTURES, 'fake-kernel'), join(root, 'kernel'), { recursive: true });
  mkdirSync(join(root, 'linux'));
  const source = { kind: 'directory' as const, path: 'kernel' };
  const options: KconfigOptions = {
    ...kernelDefaults,
    ...{ arch: 'x86_64', source, base: 'tinyconfig', ccache: false },
    ...change,
  };
  const build = async (): Promise<string[]> => {
    const projects = { ...OTHERS, linux: declared('kernel', options) };
    const task = makeTask(root, 'linux', projects, { hasConfigTarget: false, runtimeHashes });
    await buildProject(task, await openKconfigProject(task, 'kernel', options));
    return task.notes;
  };
  const published = (name: string) => readFileSync(join(root, 'dist/linux', name), 'latin1');
  return { root, build, published };
}

it('builds a kernel with the initramfs of a project, again for another, and not for the same', async () => {
  const { root, build, published } = setUp({ embeddedInitramfs: 'rootfs' });
  await build();
  expect(published('vmlinux')).toContain('first');
  expect(published('.config')).toContain('CONFIG_INITRAMFS_SOURCE="embedded-initramfs.cpio.packed"\n');
  expect((await build()).at(-1)).toBe('up to date, nothing to make');
  writeFileSync(join(root, 'dist/rootfs/initramfs.cpio.gz'), 'second');
  writeManifests(root, 'dist/rootfs');
  expect((await build()).at(-1)).toMatch(/^built bzImage, vmlinux/);
  expect(published('vmlinux')).toContain('second');
});

it('explains an outputPath of the command line, which the config target has not got', async () => {
  const { root } = setUp({});
  const options = {
    ...kernelDefaults,
    arch: 'x86_64',
    source: { kind: 'directory', path: 'kernel' },
  } as const;
  const task = makeTask(
    root,
    'linux',
    { ...OTHERS, linux: declared('kernel', options) },
    { hasConfigTarget: true },
  );
  const elsewhere = await openKconfigProject(task, 'kernel', { ...options, outputPath: 'dist/other' });
  await expect(buildProject(task, elsewhere)).rejects.toMatchObject({
    code: 'OUTPUT_OF_ONE_TARGET',
    message: expect.stringMatching(
      /linux:config wrote the configuration to dist\/linux\. .* linux:build in kernel\/project\.json$/,
    ),
  });
});

it('publishes the device trees that it is asked for', async () => {
  const { root, build, published } = setUp({ dtbs: ['board', 'acme/rocket'] });
  await build();
  expect(published('rocket.dtb')).toContain('acme board');
  expect(existsSync(join(root, 'dist/linux/board.dtb'))).toBe(true);
  expect(Object.keys(JSON.parse(published('manifest.json')).artifacts)).toContain('board.dtb');
});

it.each<[Partial<KconfigOptions>, string, RegExp]>([
  [
    { embeddedInitramfs: 'packed' },
    'INITRAMFS_COMPRESSION',
    /packed is compressed with xz.*Add CONFIG_RD_XZ=y/,
  ],
  [
    { embeddedInitramfs: 'foreign' },
    'ARCH_MISMATCH',
    /its embeddedInitramfs project foreign is built for arm64/,
  ],
  [{ embeddedInitramfs: 'nobody' }, 'NOT_AN_INITRAMFS_PROJECT', /embeddedInitramfs: project nobody/],
  [{ dtbs: ['rocket'] }, 'UNKNOWN_DTB', /It has acme\/rocket/],
])('refuses %j with %s', async (change, code, message) => {
  await expect(setUp(change).build()).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

it('makes the configuration anew after a build in which make changed it', async () => {
  const { root, build, published } = setUp({});
  const makefile = join(root, 'kernel/Makefile');
  const text = readFileSync(makefile, 'utf8');
  await build();
  const rule = '\n.PHONY: drift\nvmlinux: drift\ndrift:\n\techo CONFIG_DRIFTED=y >> $(O)/.config\n';
  writeFileSync(makefile, text + rule);
  await expect(build()).rejects.toMatchObject({
    code: 'CONFIG_DRIFT',
    message: expect.stringMatching(/CONFIG_DRIFTED=y.*npx nx reset && npx nx run linux:build$/),
  });
  writeFileSync(makefile, text);
  expect(await build()).toContain('configured');
  expect(published('.config')).not.toContain('DRIFTED');
});

async function commitAll(cwd: string): Promise<void> {
  const git = (...args: string[]) =>
    runProgram(['git', '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd });
  await git('init', '--quiet');
  await git('add', '--all');
  await git('commit', '--quiet', '--message=x');
}

it('builds an edited tree whose git status fails, since the repository of a submodule is gone', async () => {
  const { root, build } = setUp({ fragments: ['auto.config'] });
  const kernel = join(root, 'kernel');
  writeFileSync(join(root, 'auto.config'), 'CONFIG_LOCALVERSION_AUTO=y\n');
  mkdirSync(join(kernel, 'sub'));
  writeFileSync(join(kernel, 'sub/file'), '');
  await commitAll(join(kernel, 'sub'));
  await commitAll(kernel);
  rmSync(join(kernel, 'sub/.git'), { recursive: true });
  writeFileSync(join(kernel, 'sub/.git'), 'gitdir: /nowhere\n');
  appendFileSync(join(kernel, 'init/main.c'), 'int more;\n');
  const status = runProgram(['git', 'status', '--porcelain', '--untracked-files=no'], { cwd: kernel });
  await expect(status).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  expect((await build()).at(-1)).toMatch(/^built /);
});

describe('a source directory that Nx hashed', () => {
  const COMMAND = sourceHashCommand('kernel', 'build', 'kernel', ['dist/linux/.config']);
  const identityOf = async (root: string) =>
    (await describeParts(join(root, 'kernel'), join(root, 'home'), 'kernel', ['build'])).build.identity;

  it('is refused when it changed since', async () => {
    const hashes = new Map([[COMMAND, hashArray([sourceHash('of an earlier state', undefined)])]]);
    const { root, build } = setUp({}, hashes);
    await expect(build()).rejects.toMatchObject({
      code: 'SOURCE_CHANGED',
      message: expect.stringMatching(/kernel changed after Nx had hashed it.*Run the same command again\.$/),
    });
    expect(existsSync(join(root, 'dist/linux/vmlinux'))).toBe(false);
  });

  it('is built when it is the same, whichever variant has it', async () => {
    const hashes = new Map([
      [sourceHashCommand('kernel', 'build', 'other', []), hashArray([sourceHash('another', undefined)])],
    ]);
    const { root, build } = setUp({}, hashes);
    hashes.set(COMMAND, hashArray([sourceHash(await identityOf(root), undefined)]));
    expect((await build()).at(-1)).toMatch(/^built /);
  });

  it('is refused when it is what another variant has been hashed as', async () => {
    const hashes = new Map<string, string>();
    const { root, build } = setUp({}, hashes);
    mkdirSync(join(root, 'other'));
    const same = hashArray([sourceHash(await identityOf(root), undefined)]);
    hashes.set(sourceHashCommand('kernel', 'build', 'other', []), same);
    hashes.set(COMMAND, hashArray([sourceHash('of an earlier state', undefined)]));
    await expect(build()).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
  });

  it('is refused when another commit is checked out, and the hash is that of a commit', async () => {
    const hashes = new Map<string, string>();
    const { root, build } = setUp({}, hashes);
    hashes.set(COMMAND, hashArray([sourceHash(await identityOf(root), 'an earlier commit')]));
    await expect(build()).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
  });

  it('is refused when the configuration names the commit since this run, and the hash does not', async () => {
    const hashes = new Map<string, string>();
    const { root, build } = setUp({ fragments: ['auto.config'] }, hashes);
    writeFileSync(join(root, 'auto.config'), 'CONFIG_LOCALVERSION_AUTO=y\n');
    await commitAll(join(root, 'kernel'));
    const identity = await identityOf(root);
    hashes.set(COMMAND, hashArray([sourceHash(identity, undefined)]));
    await expect(build()).rejects.toMatchObject({
      code: 'SOURCE_CHANGED',
      message: expect.stringMatching(/names the commit since .* in this run.*Run the same command again\.$/),
    });
    expect(existsSync(join(root, 'dist/linux/vmlinux'))).toBe(false);
    hashes.set(COMMAND, hashArray([sourceHash(identity, await scmState(join(root, 'kernel')))]));
    expect((await build()).at(-1)).toMatch(/^built /);
  });
});

it('refuses an initramfs that is not built', async () => {
  const { root, build } = setUp({ embeddedInitramfs: 'rootfs' });
  rmSync(join(root, 'dist/rootfs'), { recursive: true });
  await expect(build()).rejects.toMatchObject({ code: 'NOT_BUILT' });
});
