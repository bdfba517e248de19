import { readFile, remove, stat, writeFile } from 'fs-extra';
import { AbortedError, ToolError } from '@bringup/process';
import { runningMark } from './paths.js';
import { watchClock } from './source-record.js';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** Runs make in an output directory, which has a mark until make has ended in an orderly way. */
export async function whileMakeRuns<T>(out: string, make: () => Promise<T>): Promise<T> {
  const recordEnd = await watchClock(out);
  await writeFile(runningMark(out), await bootId());
  const settle = async () => {
    await recordEnd();
    await remove(runningMark(out));
  };
  try {
    const result = await make();
    await settle();
    return result;
  } catch (error) {
    // make removes what it had in hand when it fails or is asked to stop; only being killed leaves halves.
    const isOrderly = error instanceof ToolError && error.fields.signal === undefined;
    if (isOrderly || error instanceof AbortedError) await settle();
    throw error;
  }
}

/**
 * The mark of a make that was killed: when it was started, by the clock of the file system. `lost` where files that it had
 * finished may be missing as well (the machine went down, so that they were never written to the disk), or where their times say
 * nothing.
 */
export async function readMark(out: string): Promise<{ startedMs: number } | 'lost' | undefined> {
  const mark = runningMark(out);
  const boot = await readFile(mark, 'utf8').catch(() => undefined);
  if (boot === undefined) return undefined;
  const startedMs = (await stat(mark)).mtimeMs;
  return boot === (await bootId()) && startedMs <= Date.now() ? { startedMs } : 'lost';
}

/** A new one each time the machine starts: random(4). */
async function bootId(): Promise<string> {
  return readFile(BOOT_ID, 'utf8').catch(() => '');
}
