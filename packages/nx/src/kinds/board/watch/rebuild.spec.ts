import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeWorkspace } from '../../../testing/workspace.js';
import { rebuild, usersEnvironment, type RepeatedRun } from './rebuild.js';

/** A workspace whose nx is this program. */
function withNx(program: string): { run: RepeatedRun; lines: string[] } {
  const workspaceRoot = makeWorkspace();
  const nx = join(workspaceRoot, 'node_modules/nx');
  mkdirSync(nx, { recursive: true });
  writeFileSync(join(nx, 'package.json'), '{ "name": "nx", "bin": { "nx": "nx.js" } }');
  writeFileSync(join(nx, 'nx.js'), program);
  const lines: string[] = [];
  const run = {
    ...{ workspaceRoot, task: 'board:run:debug', overrides: ['--watch', '--append=a b'] },
    onLine: (line: string) => void lines.push(line),
    signal: AbortSignal.timeout(20_000),
  };
  return { run, lines };
}

it('gives what the executor of that nx hands over', async () => {
  const board = { options: { arch: 'arm64' }, projects: {}, tasks: [] };
  const { run, lines } = withNx(`
    console.log(JSON.stringify(process.argv.slice(2)));
    require('node:fs').writeFileSync(process.env.BRINGUP_WATCH_HAND_OVER, '${JSON.stringify(board)}');
  `);
  expect(await rebuild(run)).toEqual(board);
  const output = '--outputStyle=stream-without-prefixes';
  expect(lines).toEqual([JSON.stringify(['run', 'board:run:debug', output, '--watch', '--append=a b'])]);
});

it('gives nothing when nx fails, and what it said is shown', async () => {
  const { run, lines } = withNx(`console.error('no such target'); process.exitCode = 1;`);
  expect(await rebuild(run)).toBeUndefined();
  expect(lines).toEqual(['no such target']);
});

it("leaves out of the environment what is the surrounding task's", () => {
  const env = {
    ...{ PATH: '/bin', NX_DAEMON: 'false', BRINGUP_HOME: '/b', NX_TASKS_RUNNER: 'r', NONE: undefined },
    ...{ NX_TASK_HASH: '1', NX_INVOCATION_ROOT_PID: '2', NX_SKIP_NX_CACHE: 'true' },
  };
  expect(usersEnvironment(env)).toEqual({
    ...{ PATH: '/bin', NX_DAEMON: 'false', BRINGUP_HOME: '/b', NX_TASKS_RUNNER: 'r' },
  });
});
