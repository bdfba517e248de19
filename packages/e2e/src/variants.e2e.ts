import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx, REPOSITORY, type Fate } from './nx-run.js';

const FAKE_QEMU = join(REPOSITORY, 'packages/qemu/src/testing/fake-qemu.mjs');
type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

/** Variants are Nx configurations: own fragments, own kept directory, own outputs. */
describe('a kernel with a variant', () => {
  let workspace: FakeWorkspace;
  const run = (...args: string[]) => nx(args, { cwd: workspace.root });
  const config = (variant = '') =>
    readFileSync(join(workspace.root, 'dist/kernel', variant, '.config'), 'utf8');
  const fates = (tasks: Record<string, Fate>) => tasks;

  beforeAll(async () => {
    workspace = makeFakeWorkspace(tmpdir(), { qemu: FAKE_QEMU });
    workspace.write('kernel/debug.config', 'CONFIG_NET=y\nCONFIG_NR_CPUS=2\n');
    workspace.edit('kernel/project.json', ((json: Json) => {
      json.targets.build.configurations = { debug: { extraFragments: ['{projectRoot}/debug.config'] } };
    }) as never);
    for (const _time of ['writes the lock', 'settles the hashes']) {
      const { exitCode, output } = await run('run', 'board:test');
      expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
    }
  });

  it('boots it when the board is asked for with -c, and shares what is the same', async () => {
    const { exitCode, tasks, output } = await run('run', 'board:test', '-c', 'debug');
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
    expect(tasks).toEqual(
      fates({
        'kernel:config:debug': 'ran',
        'kernel:build:debug': 'ran',
        'busybox:config': 'hit',
        'busybox:build': 'hit',
        'rootfs:build': 'hit',
        'board:test:debug': 'ran',
      }),
    );
    expect(config('debug')).toContain('CONFIG_NET=y');
    expect(config()).toContain('# CONFIG_NET is not set');
    expect(existsSync(join(workspace.root, '.bringup/build/kernel/debug/out/vmlinux'))).toBe(true);
    expect(output).toContain('ready');
  });

  it('leaves the default one built', async () => {
    const { tasks } = await run('run', 'board:test');
    expect(new Set(Object.values(tasks))).toEqual(new Set(['hit']));
  });

  it('prints the difference of two variants', async () => {
    const { exitCode, output } = await run('run', 'kernel:diffconfig', '--configuration=debug');
    expect(exitCode).toBe(0);
    expect(output).toContain(' NET n -> y\n NR_CPUS 4 -> 2\n');
    const asFragment = await run('run', 'kernel:diffconfig', '--configuration=debug', '--fragment');
    expect(asFragment.output).toContain('CONFIG_NET=y\nCONFIG_NR_CPUS=2\n');
    const asJson = await run('run', 'kernel:diffconfig', '--configuration=debug', '--json');
    const json = /^\[[\s\S]*?^\]/m.exec(asJson.output)![0];
    expect(JSON.parse(json)).toEqual([
      { symbol: 'NET', before: 'n', after: 'y' },
      { symbol: 'NR_CPUS', before: '4', after: '2' },
    ]);
  });

  it('lists the variants', async () => {
    const { exitCode, output } = await run('run', 'kernel:diffconfig');
    expect(exitCode).not.toBe(0);
    expect(output).toContain('Variants of kernel: debug');
    expect((await run('run', 'kernel:diffconfig', '--against=nope')).output).toContain('has no variant nope');
  });
});
