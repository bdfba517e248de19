import { setTimeout as sleep } from 'node:timers/promises';
import { pathExists, remove } from 'fs-extra';
import { isBringupError } from '@bringup/process';
import { QmpClient } from '../qmp/qmp-client.js';
import { pathsOf } from './run-directory.js';
import { isUp, type Run } from './run-record.js';

const POLL_MS = 50;
const QMP_MS = 2_000;
const QUIT_MS = 2_000;
/** The owner of a run's directory removes it at QEMU's end. */
const CLEAN_UP_MS = 2_000;

/** How a run ended: the guest powered off on request, QEMU quit on request, or QEMU had to be killed. */
export type StopMethod = 'power-down' | 'quit' | 'kill';

/**
 * Ends a run: presses the power button (`system_powerdown`), then tells QEMU to quit, which flushes disks, then kills
 * that very process. Its directory is gone afterwards.
 *
 * @param powerDownMs how long the guest may take to switch itself off
 * @throws the signal's reason when aborted while the guest has time
 */
export async function stopRun(run: Run, powerDownMs: number, signal?: AbortSignal): Promise<StopMethod> {
  const method = await end(run, powerDownMs, signal);
  await until(async () => !(await pathExists(run.directory)), CLEAN_UP_MS);
  await remove(run.directory);
  return method;
}

async function end(run: Run, powerDownMs: number, signal?: AbortSignal): Promise<StopMethod> {
  const gone = async () => !isUp(run.record);
  if (powerDownMs > 0 && (await tell(run, 'system_powerdown'))) {
    if (await until(gone, powerDownMs, signal)) return 'power-down';
  }
  if (await tell(run, 'quit')) {
    if (await until(gone, QUIT_MS)) return 'quit';
  }
  if (run.record.qemu && isUp(run.record)) process.kill(run.record.qemu.pid, 'SIGKILL');
  await until(gone, QUIT_MS);
  return 'kill';
}

/** Whether QEMU took the command; a stopped or stuck one does not answer. */
async function tell({ directory }: Run, command: string): Promise<boolean> {
  try {
    const qmp = await QmpClient.connect(pathsOf(directory).qmpSocket, { timeoutMs: QMP_MS });
    // QEMU may close the connection before its reply to quit is out.
    await qmp.execute(command).finally(() => qmp.close());
    return true;
  } catch (error) {
    if (!isBringupError(error)) throw error;
    return error.code === 'QMP_CLOSED';
  }
}

async function until(done: () => Promise<boolean>, ms: number, signal?: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + ms;
  for (;;) {
    if (await done()) return true;
    if (Date.now() >= deadline) return false;
    signal?.throwIfAborted();
    await sleep(POLL_MS);
  }
}
