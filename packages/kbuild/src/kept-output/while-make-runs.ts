import { remove, writeFile } from 'fs-extra';
import { AbortedError, ToolError } from '@bringup/process';
import { runningMark } from './paths.js';
import { watchClock } from './source-record.js';

/** Runs make in an output directory, which has a mark until make has ended in an orderly way. */
export async function whileMakeRuns<T>(out: string, make: () => Promise<T>): Promise<T> {
  const recordEnd = await watchClock(out);
  await writeFile(runningMark(out), '');
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
