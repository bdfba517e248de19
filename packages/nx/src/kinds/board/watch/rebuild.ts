import { join } from 'node:path';
import { readJson } from 'fs-extra';
import { isBringupError, runProgram, withTemporaryDirectory, type Argv } from '@bringup/process';
import { HAND_OVER, type ReadBoard } from './read-board.js';

/** Variables that Nx sets for the processes of a task, and those that would make an nx started by a task a part of that task. */
const OF_A_TASK =
  /^(NX_TASK_.*|NX_TERMINAL_.*|NX_STREAM_OUTPUT|NX_PREFIX_OUTPUT|NX_FORKED_TASK_EXECUTOR|NX_SET_CLI|NX_INVOKED_BY_RUNNER|NX_INVOCATION_ROOT_PID|NX_SKIP_NX_CACHE|LERNA_PACKAGE_NAME)$/;

/** The run of a board that is started again. */
export interface RepeatedRun {
  readonly workspaceRoot: string;
  /** `PROJECT:TARGET`, with the configuration if there is one. */
  readonly task: string;
  /** Options that the user gave on the command line, as written there. */
  readonly overrides: readonly string[];
  /** Shows a line of nx's output. */
  onLine(line: string): void;
  readonly signal: AbortSignal;
}

/**
 * Builds what a board's run depends on, by the workspace's own nx, and reads the board anew; undefined when nx failed, and has said
 * why.
 *
 * @throws the signal's reason when aborted
 */
export async function rebuild(run: RepeatedRun): Promise<ReadBoard | undefined> {
  const { workspaceRoot: cwd, onLine, signal } = run;
  return await withTemporaryDirectory('watch', async (directory) => {
    const place = join(directory, 'board.json');
    const env = { ...usersEnvironment(process.env), [HAND_OVER]: place };
    try {
      await runProgram(nxCommand(run), { cwd, env, signal, onLine });
    } catch (error) {
      if (isBringupError(error) && error.code === 'TOOL_FAILED') return undefined;
      throw error;
    }
    return (await readJson(place)) as ReadBoard;
  });
}

/** The nx that is installed in the workspace, by the file that its package names. */
function nxCommand({ workspaceRoot, task, overrides }: RepeatedRun): Argv {
  const manifest = require.resolve('nx/package.json', { paths: [workspaceRoot] });
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- Where it lies is known only now.
  const { bin } = require(manifest) as { bin: Readonly<Record<string, string>> };
  // Each line at once. Those of Bringup's executors begin with their project's name.
  return [
    process.execPath,
    join(manifest, '..', bin.nx!),
    'run',
    task,
    '--outputStyle=stream-without-prefixes',
    ...overrides,
  ];
}

/** The environment of the user's own nx, as far as the environment of one of its tasks shows it. */
export function usersEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (pair): pair is [string, string] => pair[1] !== undefined && !OF_A_TASK.test(pair[0]),
    ),
  );
}
