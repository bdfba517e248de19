import { delimiter, join } from 'node:path';
import { access, constants } from 'fs-extra';
import { missingProgram, type Argv, type RunningProgram } from '@bringup/process';
import type { RunPaths } from './run-directory.js';
import type { Forward } from '../machine/network.js';
import { QmpClient } from '../qmp/qmp-client.js';

const QMP_QUIT_MS = 1_000;
const TERMINATE_MS = 1_000;

/** Makes the argv of one run; called once, with the paths of that run. */
export type PlanRun = (paths: RunPaths) => {
  argv: readonly [string, ...string[]];
  /** Words in front of them, see MachinePlan. */
  wrapper?: readonly string[];
  forwards?: readonly Forward[];
};

/** The words that start a planned machine, and QEMU's own alone where it has no wrapper. */
export function wrapped({ wrapper = [], argv }: Pick<ReturnType<PlanRun>, 'wrapper' | 'argv'>): Argv {
  return [...wrapper, ...argv] as unknown as Argv; // argv has QEMU's name.
}

/** Ends QEMU the gentle way first: QMP `quit` flushes disks, then SIGTERM, then SIGKILL. */
export async function endBoard(program: RunningProgram, paths: Pick<RunPaths, 'qmpSocket'>): Promise<void> {
  const state = { ended: false };
  const ended = program.exited.then(() => {
    state.ended = true;
  });
  await Promise.race([ended, quit(paths).then(() => within(ended, QMP_QUIT_MS))]);
  if (!state.ended) await program.stop(TERMINATE_MS);
}

async function quit({ qmpSocket }: Pick<RunPaths, 'qmpSocket'>): Promise<void> {
  try {
    const qmp = await QmpClient.connect(qmpSocket, { timeoutMs: QMP_QUIT_MS });
    // QEMU may close the connection before its reply is out: that is as good an answer.
    await qmp.execute('quit').finally(() => qmp.close());
  } catch {
    // No QMP in this plan, or QEMU is stuck: signals come next.
  }
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

/** @throws ToolError `TOOL_MISSING` when `program` is not there: needed where another program starts it. */
export async function requireProgram(program: string, path = process.env.PATH ?? ''): Promise<void> {
  const candidates = program.includes('/')
    ? [program]
    : path.split(delimiter).map((directory) => join(directory, program));
  const found = await Promise.all(
    candidates.map((file) =>
      access(file, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (!found.includes(true)) throw missingProgram(program);
}
