import { open, watch, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Between two looks when no change is reported: QEMU's exit does not change the file. */
const LOOK_MS = 200;
const CHUNK = 65_536;

/** The options of a follower. */
interface Follow {
  onData: (bytes: Buffer) => void;
  /** Where to begin: at the file's start, or the last lines within so many bytes. */
  tailBytes?: number;
  /** False once nobody writes any more: what is there is read, then following ends. */
  isAlive: () => boolean;
  /** Ends following at once. */
  signal?: AbortSignal;
}

/** Passes on what is in a growing file and what comes, until its writer is gone. */
export async function followFile(
  path: string,
  { onData, tailBytes, isAlive, signal }: Follow,
): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    let position = await startOfTail(file, size, tailBytes ?? size);
    const stop = new AbortController();
    const changes = watchFile(path, stop.signal);
    try {
      for (;;) {
        const alive = isAlive();
        position = await drain(file, position, onData);
        if (!alive || signal?.aborted) return;
        await changes.next();
      }
    } finally {
      stop.abort();
    }
  } finally {
    await file.close();
  }
}

/** The first line that begins within the last `bytes`. */
async function startOfTail(file: FileHandle, size: number, bytes: number): Promise<number> {
  const from = Math.max(size - bytes, 0);
  if (from === 0) return 0;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, from);
  const end = buffer.subarray(0, bytesRead).indexOf('\n');
  return end === -1 ? from : from + end + 1;
}

async function drain(file: FileHandle, from: number, onData: Follow['onData']): Promise<number> {
  let position = from;
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) return position;
    position += bytesRead;
    onData(buffer.subarray(0, bytesRead));
  }
}

/** `next` resolves at a change since the last call, or after a while. */
function watchFile(path: string, signal: AbortSignal): { next: () => Promise<void> } {
  let changed = false;
  let wake: (() => void) | undefined;
  const report = async () => {
    for await (const _event of watch(path, { signal })) {
      changed = true;
      wake?.();
    }
  };
  report().catch(() => undefined); // Aborted, or no inotify watch is left: looking regularly remains.
  return {
    next: async () => {
      if (!changed) {
        const timer = new AbortController();
        const woken = new Promise<void>((resolve) => (wake = resolve));
        await Promise.race([
          woken,
          sleep(LOOK_MS, undefined, { signal: timer.signal }).catch(() => undefined),
        ]);
        timer.abort();
      }
      changed = false;
    },
  };
}
