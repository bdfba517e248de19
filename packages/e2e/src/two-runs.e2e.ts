import { mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFakeWorkspace } from './fake-workspace.js';
import { pathWith } from './host-programs.js';
import { nx } from './nx-run.js';
import { remaining } from './processes.js';
import { halfWritten } from './snapshot.js';

/** Two nx at once both run the same task; the executor's lock makes one wait, and the other's result serves both. */
describe('two runs of one project at once', () => {
  it.each([
    ['kernel', 'make .* bzImage vmlinux$'],
    ['busybox', 'make .* busybox$'],
  ])('%s: the second waits and says so, both succeed, make ran once', async (project, goal) => {
    const workspace = makeFakeWorkspace(tmpdir());
    const base = dirname(workspace.root);
    const log = join(base, 'make.log');
    // Slow enough that the second has long been there; -C tells a build from the recursive calls and probes.
    const make = `case "$*" in -C*) echo "make $*" >> ${log}; sleep 1;; esac\nexec /usr/bin/make "$@"`;
    mkdirSync(join(base, 'tmp'));
    const env = { PATH: pathWith(join(base, 'bin'), { make }), TMPDIR: join(base, 'tmp') };
    const start = () => nx(['run', `${project}:build`], { cwd: workspace.root, env });
    const first = start();
    await sleep(200);
    const runs = await Promise.all([first, start()]);
    for (const { exitCode, output } of runs)
      expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
    const outputs = runs.map(({ output }) => output);
    const waited = outputs.filter((output) =>
      new RegExp(`${project}: waiting for process \\d+, which is working on ${project}`).test(output),
    );
    // Each can have waited once: the first may find the second configuring when it comes to build.
    expect(waited.length).toBeGreaterThanOrEqual(1);
    expect(outputs.filter((output) => /up to date, nothing to make/.test(output))).toHaveLength(1);
    const calls = readFileSync(log, 'utf8').split('\n');
    expect(calls.filter((call) => new RegExp(goal).test(call))).toHaveLength(1);
    expect(calls.filter((call) => /config$/.test(call)).length).toBe(2);
    expect(halfWritten(workspace.root)).toEqual([]);
    expect(await remaining(base)).toEqual([]);
    workspace.remove();
  });
});
