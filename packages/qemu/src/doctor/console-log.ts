import { open } from 'node:fs/promises';

/** The first and the last of a log that is longer than both: a boot fails at its beginning, and ends with its last words. */
const PART_BYTES = 1 << 20;

/** The text of a console's log, without its middle when it is long; empty when there is none. */
export async function readConsoleLog(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const part = async (position: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(PART_BYTES), 0, PART_BYTES, position);
      return buffer.subarray(0, bytesRead).toString();
    };
    const first = await part(0);
    if (size <= PART_BYTES) return first;
    return `${first}\n${await part(Math.max(PART_BYTES, size - PART_BYTES))}`;
  } finally {
    await file.close();
  }
}
