import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addProgram,
  makeFakeWorkspace,
  pretendPrograms,
  pretendVersion,
  type FakeWorkspace,
} from './fake-workspace.js';
import { pathWithout } from './host-programs.js';
import { nx, REPOSITORY } from './nx-run.js';
import { snapshot } from './snapshot.js';

/**
 * Nx computes a target's key from the tools in the lock, before the target runs, and shares its result. So only the
 * locked tools may make a result, whatever is built or cached already.
 */
const GCC = 'x86_64-linux-gnu-gcc';
const PRETENDED = {
  [GCC]: `/usr/bin/${GCC}`,
  'fake-qemu': join(REPOSITORY, 'packages/qemu/src/testing/fake-qemu.mjs'),
  mke2fs: '/usr/sbin/mke2fs',
};
const UPDATE = 'npx nx g @bringup/nx:update --ifNeeded';
const CI = { CI: '1' };

let workspace: FakeWorkspace;
let path: string;
const run = (args: string[], env: Record<string, string> = {}) =>
  nx(args, { cwd: workspace.root, env: { PATH: path, ...env } });
const built = (target: string, env?: Record<string, string>) => run(['run', target], env);
const remove = (name: string) => rmSync(join(workspace.root, name), { recursive: true, force: true });
const dist = () => snapshot(workspace.root, ['dist', 'bringup.lock']);

async function succeed(target: string, env?: Record<string, string>) {
  const { exitCode, output, tasks } = await built(target, env);
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  return tasks;
}

async function fail(target: string, says: string, env?: Record<string, string>) {
  const { exitCode, output } = await built(target, env);
  expect(output).toContain(says);
  // 130 where a task before the one that was asked for fails.
  expect([1, 130]).toContain(exitCode);
}

beforeAll(async () => {
  workspace = makeFakeWorkspace(tmpdir(), { qemu: 'fake-qemu' });
  path = pretendPrograms(workspace, PRETENDED);
  addProgram(workspace);
  const partitions = [{ fileSystem: 'ext2', overlays: ['rootfs/overlay'] }];
  const options = { arch: 'x86_64', table: 'none', format: 'raw', partitions };
  const build = { executor: '@bringup/nx:disk-image', options };
  workspace.write('disk/project.json', JSON.stringify({ name: 'disk', targets: { build } }));
  await succeed('board:test');
  await succeed('disk:build');
});
afterEach(() => Object.keys(PRETENDED).forEach((name) => pretendVersion(workspace, name)));
afterAll(() => workspace.remove());

it('a first run writes the lock, and the second run gets hits for targets without a source', async () => {
  expect(Object.keys(snapshot(workspace.root, ['bringup.lock']))).toEqual(
    expect.arrayContaining([
      'bringup.lock/sources/kernel.lock.json',
      `bringup.lock/tools/${GCC}.txt`,
      'bringup.lock/tools/fake-qemu.txt',
    ]),
  );
  expect(await succeed('disk:build')).toEqual({ 'disk:build': 'hit' });
  expect(await succeed('tool:build')).toEqual({ 'tool:build': 'hit' });
  await succeed('board:test');
  expect(new Set(Object.values(await succeed('board:test')))).toEqual(new Set(['hit']));
});

describe('without the lock', () => {
  beforeEach(() => remove('bringup.lock'));

  it.each(['kernel:build', 'tool:build', 'board:test'])('a frozen run of %s is refused', async (target) => {
    await fail(target, 'bringup.lock does not have', CI);
    expect(existsSync(join(workspace.root, 'bringup.lock'))).toBe(false);
  });

  it('a hit writes it as well', async () => {
    expect(await succeed('tool:build')).toEqual({ 'tool:build': 'hit' });
    expect(existsSync(join(workspace.root, `bringup.lock/tools/${GCC}.txt`))).toBe(true);
    expect(await succeed('tool:build', CI)).toEqual({ 'tool:build': 'hit' });
  });

  it('a run looks up the sources again, and writes it', async () => {
    const tasks = await succeed('board:test');
    expect(tasks['kernel:config']).not.toBe('hit');
    expect(existsSync(join(workspace.root, 'bringup.lock/sources/kernel.lock.json'))).toBe(true);
    await succeed('board:test');
    await succeed('board:test', CI);
  });
});

describe.each([
  ['kernel:build', GCC],
  ['busybox:build', GCC],
  ['tool:build', GCC],
  ['disk:build', 'mke2fs'],
  ['board:test', 'fake-qemu'],
])('%s with another %s', (target, tool) => {
  const [project] = target.split(':') as [string];
  // From here on the lock has this tool, even if other tests removed it.
  beforeAll(() => succeed(target));
  beforeEach(() => pretendVersion(workspace, tool, 'another 99'));

  it('is refused before anything is published, and its failure is not kept', async () => {
    remove(`dist/${project}`);
    const own = { NX_CACHE_DIRECTORY: join(workspace.root, '../cache'), NX_SKIP_NX_CACHE: 'true' };
    const before = dist();
    await fail(target, `${tool}: locked `, own);
    await fail(target, UPDATE, own);
    const after = Object.entries(dist()).filter(([file]) => !Object.hasOwn(before, file));
    // Earlier tasks of the same run use other tools.
    expect(after.filter(([file]) => file.startsWith(`dist/${project}/`))).toEqual([]);
    pretendVersion(workspace, tool);
    await succeed(target);
  });

  it('is refused when frozen, though Nx has it in its cache', async () => {
    remove('dist');
    await fail(target, `${tool}: locked `, CI);
  });

  it('is refused when frozen, though it is built', async () => {
    pretendVersion(workspace, tool);
    await succeed(target);
    pretendVersion(workspace, tool, 'another 99');
    await fail(target, `${tool}: locked `, CI);
    await fail(target, `${tool}: locked `, { BRINGUP_FROZEN: '1' });
    // When not frozen, everything is up to date, and was made by the locked tools.
    await succeed(target);
  });
});

it('a host without compilers takes what others have built, frozen too', async () => {
  remove('dist');
  const without = pathWithout(new RegExp(`^${GCC}$`));
  try {
    expect(await succeed('kernel:build', { ...CI, PATH: without })).toEqual({
      'kernel:config': 'hit',
      'kernel:build': 'hit',
    });
  } finally {
    rmSync(without, { recursive: true });
  }
});

it('a new project does not move the tools of the others along', async () => {
  pretendVersion(workspace, GCC, 'another 99');
  mkdirSync(join(workspace.root, 'second'), { recursive: true });
  const json = workspace.read('kernel/project.json').replace('"name": "kernel"', '"name": "second"');
  workspace.write('second/project.json', json.replace('{projectRoot}', 'kernel'));
  const before = dist();
  await fail('second:build', UPDATE);
  expect(dist()).toEqual(before);
  remove('second');
});

it('one command takes the tools of this host for the whole workspace, and no object of the old ones stays', async () => {
  pretendVersion(workspace, GCC, 'another 99');
  const taken = await run(['g', '@bringup/nx:update', '--ifNeeded', '--quiet']);
  expect(taken.output).toMatch(
    new RegExp(`^bringup\\.lock moved on: [^\\n]*${GCC}[^\\n]*another 99[^\\n]*\\n$`),
  );
  expect(workspace.read(`bringup.lock/tools/${GCC}.txt`)).toBe('another 99\n');
  const log = join(workspace.root, '.bringup/build/kernel/default/out.log');
  rmSync(log, { force: true });
  expect(await succeed('kernel:build')).toEqual({ 'kernel:config': 'ran', 'kernel:build': 'ran' });
  // make compiles them side by side.
  const made = readFileSync(log, 'utf8');
  for (const object of ['init/main.o', 'kernel/printk.o']) expect(made).toContain(`  CC      ${object}\n`);
  for (const target of ['busybox:build', 'tool:build', 'disk:build']) await succeed(target, CI);
  pretendVersion(workspace, GCC);
  expect((await run(['g', '@bringup/nx:update', '--ifNeeded'])).exitCode).toBe(0);
  await succeed('kernel:build', CI);
});
