import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AbortedError, ToolError } from './errors.js';

/** With less than this left, whatever fails fails for want of space: what failed was removed, and left some again. */
const FULL_BYTES = 1 << 20;

/** How programs say ENOSPC: in strerror(3)'s words. */
const SAID = /No space left on device/;

/**
 * The error for a device that is full, `NO_SPACE`.
 *
 * @param directory on that device, where it is known
 */
export function noSpaceError(directory: string | undefined, cause: unknown): ToolError {
  const place = directory === undefined ? 'a device' : `the device that holds ${directory}`;
  return new ToolError(
    'NO_SPACE',
    `no space left on ${place}: free some and run again`,
    { path: directory },
    cause,
  );
}

/** Whether an errno says that a device is full, or that this user may not have more of it. */
export function isNoSpace(code: string | undefined): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Whether a program said so in what it printed. */
export function saysNoSpace(output: string): boolean {
  return SAID.test(output);
}

/** Turns "disk full" into {@link noSpaceError}; passes everything else on. @param path of the file that was written */
export function describeDiskError(error: unknown, path: string): unknown {
  const { code } = (error ?? {}) as { code?: string };
  return isNoSpace(code) ? noSpaceError(dirname(path), error) : error;
}

/**
 * The same for the failure of programs that wrote below `directory`: few of them say ENOSPC, and some (Kconfig's conf) write half a
 * file and report success.
 */
export async function describeFullDevice(error: unknown, directory: string): Promise<unknown> {
  if (isNoSpace((error as { code?: string } | undefined)?.code)) return noSpaceError(directory, error);
  if (error instanceof AbortedError) return error;
  const device = await statfs(directory).catch(() => undefined);
  if (device === undefined) return error;
  // The blocks that are kept for root are there for root.
  const free = (process.getuid?.() === 0 ? device.bfree : device.bavail) * device.bsize;
  return free < FULL_BYTES ? noSpaceError(directory, error) : error;
}
