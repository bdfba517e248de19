import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx, REPOSITORY, type NxRun } from './nx-run.js';

/** Directories that builds keep: how `clean` and `prune` remove them, and how `doctor` totals them. */
let workspace: FakeWorkspace;
let store: string;

const inWorkspace = (path: string) => join(workspace.root, path);
const build = (project: string) => inWorkspace(`.bringup/build/${project}`);

async function run(...args: string[]): Promise<NxRun> {
  const done = await nx(args, { cwd: workspace.root, env: { BRINGUP_HOME: store } });
  expect({ exitCode: done.exitCode, output: done.exitCode === 0 ? '' : done.output }).toEqual({
    exitCode: 0,
    output: '',
  });
  return done;
}

/** Another process that holds a lock of the workspace's, by the built package. */
async function holdLock(path: string): Promise<ChildProcess> {
  const locker = join(REPOSITORY, 'packages/process/src/testing/locker.js');
  const child = spawn(process.execPath, [locker, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  return child;
}

async function release(child: ChildProcess): Promise<void> {
  const ended = once(child, 'close');
  child.stdin!.end();
  await ended;
}

beforeAll(async () => {
  workspace = makeFakeWorkspace();
  store = join(dirname(workspace.root), 'store');
  for (let round = 0; round < 2; round += 1) await run('run-many', '-t', 'build', '-p', 'kernel,busybox');
});
afterAll(() => workspace.remove());

interface PruneEntry {
  kind: string;
  name: string;
  path: string;
  bytes: number;
  orphan: boolean;
  spared: string | null;
  chosen: string | null;
  removed: boolean;
}

/** Runs `prune`. @returns its entries by path */
async function prune(...options: string[]): Promise<Record<string, PruneEntry>> {
  const { output } = await run('g', '@bringup/nx:prune', '--json', '--quiet', ...options);
  const { entries } = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)) as {
    entries: PruneEntry[];
  };
  return Object.fromEntries(entries.map((entry) => [entry.path, entry]));
}

it('clean waits for a task that works in the directory, removes it, and leaves what is published', async () => {
  const published = readFileSync(inWorkspace('dist/kernel/manifest.json'), 'utf8');
  const locker = await holdLock(join(build('kernel'), 'default'));
  let output = '';
  const cleaning = nx(['run', 'kernel:clean'], {
    ...{ cwd: workspace.root, env: { BRINGUP_HOME: store }, outputStyle: 'stream' as const },
    onOutput: (all) => (output = all),
  });
  while (!/waiting for process/.test(output)) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(existsSync(join(build('kernel'), 'default/out/vmlinux'))).toBe(true);
  await release(locker);
  const cleaned = await cleaning;
  expect(cleaned.exitCode).toBe(0);
  expect(cleaned.output).toMatch(/kernel: removed \.bringup\/build\/kernel\/default, [\d.]+ [KM]iB/);
  expect(existsSync(build('kernel'))).toBe(false);
  expect(readFileSync(inWorkspace('dist/kernel/manifest.json'), 'utf8')).toBe(published);
  expect((await run('run', 'kernel:clean')).output).toContain(
    'kernel: nothing is kept, so nothing was removed',
  );
  expect((await run('run', 'kernel:build')).tasks).toEqual({ 'kernel:config': 'hit', 'kernel:build': 'hit' });
});

it('prune lists all, and removes by age what is neither locked, in use, nor named by the lock', async () => {
  rmSync(inWorkspace('dist/kernel'), { recursive: true });
  await run('run', 'kernel:build', '--skip-nx-cache');
  cpSync(build('busybox'), build('gone'), { recursive: true });
  const old = join(store, 'sources', 'a'.repeat(32));
  cpSync(join(dirname(workspace.root), 'sources/fake-kernel'), old, { recursive: true });
  mkdirSync(join(store, 'used'), { recursive: true });
  writeFileSync(join(store, 'used', 'a'.repeat(32)), '');
  const longAgo = new Date(Date.now() - 40 * 86_400_000);
  utimesSync(join(store, 'used', 'a'.repeat(32)), longAgo, longAgo);

  const listed = await run('g', '@bringup/nx:prune');
  expect(listed.output).toMatch(/\.bringup\/build\/gone\/default +no such project or variant/);
  expect(listed.output).toMatch(/Linux kernel .* stays: this workspace's lock names it for kernel/);
  expect(listed.output).toContain(
    'Nothing was removed. Add --olderThan=30d, --maxSize=20G or --removedProjects.',
  );

  const dry = await prune('--olderThan=30d', '--dry-run');
  const chosen = Object.values(dry).filter((entry) => entry.chosen !== null);
  expect(chosen).toMatchObject([{ path: old, chosen: 'age', removed: false }]);
  expect(existsSync(old)).toBe(true);
  expect((await prune('--olderThan=30d'))[old]).toMatchObject({ removed: true });
  expect(existsSync(old)).toBe(false);

  const locker = await holdLock(join(build('busybox'), 'default'));
  const all = await prune('--olderThan=0h');
  await release(locker);
  const kept = (project: string) => all[join(build(project), 'default')];
  expect(kept('busybox')).toMatchObject({
    removed: false,
    spared: expect.stringMatching(/^it is used by process \d+, which is/),
  });
  expect(kept('kernel')).toMatchObject({ chosen: 'age', removed: true });
  expect(kept('gone')).toMatchObject({ orphan: true, removed: true });
  expect(readdirSync(inWorkspace('.bringup/build'))).toEqual(['busybox']);
  expect(readdirSync(join(store, 'sources'))).toHaveLength(2);
  await prune('--olderThan=0h', '--lockedSources');
  expect(readdirSync(join(store, 'sources'))).toEqual([]);
  expect(existsSync(build('busybox'))).toBe(false);
  // The next build fetches the source, and compiles it.
  rmSync(inWorkspace('dist/kernel'), { recursive: true });
  expect((await run('run', 'kernel:build', '--skip-nx-cache')).tasks['kernel:build']).toBe('ran');
});

it('prune refuses what is neither an age nor a size', async () => {
  for (const [option, code] of [
    ['--olderThan=30', /olderThan: .*30.* Write a number and h, d or w, such as 30d/],
    ['--maxSize=lots', /"lots" is not a size/],
  ] as const) {
    const refused = await nx(['g', '@bringup/nx:prune', option], { cwd: workspace.root });
    expect(refused.exitCode).toBe(1);
    expect(refused.output).toMatch(code);
  }
});

it('a source in the workspace goes into .nxignore, which doctor asks for before', async () => {
  cpSync(join(dirname(workspace.root), 'sources/fake-kernel'), inWorkspace('linux'), { recursive: true });
  workspace.write('linux/samples/lab/project.json', '{ "name": "stray" }');
  workspace.edit('kernel/project.json', ((json: { targets: { build: { options: object } } }) =>
    Object.assign(json.targets.build.options, { source: { kind: 'directory', path: 'linux' } })) as never);
  const doctor = () => nx(['g', '@bringup/nx:doctor'], { cwd: workspace.root, env: { BRINGUP_HOME: store } });
  const before = await doctor();
  expect(before.output).toContain('linux, the source of kernel, is not in .nxignore');
  expect(before.output).toMatch(/On the disk: [\d.]+ [KM]iB in kept directories .* nx g @bringup\/nx:prune/);
  expect((await run('show', 'projects')).output).toContain('stray');
  expect((await run('g', '@bringup/nx:init')).output).toContain('.nxignore names linux now');
  expect(
    workspace
      .read('.nxignore')
      .split('\n')
      .filter((line) => line === '/linux/'),
  ).toHaveLength(1);
  expect((await run('show', 'projects')).output).not.toContain('stray');
  expect((await doctor()).output).not.toContain('is not in .nxignore');
  expect((await run('run', 'kernel:build')).tasks['kernel:build']).toBe('ran');

  writeFileSync(inWorkspace('linux/.config'), '');
  const refused = await nx(['run', 'kernel:config'], { cwd: workspace.root, env: { BRINGUP_HOME: store } });
  expect(refused.exitCode).toBe(1);
  expect(refused.output).toMatch(
    /linux was configured in place and has \.config.* run "make -C \S+linux ARCH=x86_64 mrproper"/,
  );
});
