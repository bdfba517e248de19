import { hookFor, namesConsoleTask } from './terminal-hook.js';

const tasks = new Set(['board:run', '@scope/board:boot']);

it.each([
  [['node', 'nx', 'run', 'board:run'], true],
  [['node', 'nx', 'run', 'board:run:debug', '--memory=512'], true],
  [['node', 'nx', 'board:run'], true],
  [['node', 'nx', 'run', '@scope/board:boot'], true],
  [['node', 'nx', 'run', 'board:test'], false],
  [['node', 'nx', 'run-many', '-t', 'build'], false],
  [['node', 'nx', 'run', 'kernel:build'], false],
])('%j: %s', (argv, expected) => expect(namesConsoleTask(argv, tasks)).toBe(expected));

it.each([
  [{}, true],
  [{ NX_NATIVE_COMMAND_RUNNER: 'true' }, true],
  [{ NX_NATIVE_COMMAND_RUNNER: 'false' }, false],
])('%j needs a hook: %s', (environment, expected) =>
  expect(hookFor(environment) !== undefined).toBe(expected),
);
