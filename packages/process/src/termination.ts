import { AbortedError } from './errors.js';

/** How often the parent is looked at; a poll, because Linux tells a process of its parent's death only by a signal. */
const PARENT_POLL_MS = 250;

/** An abort signal that lives as long as one task; see {@link terminationSignal}. */
interface Termination {
  readonly signal: AbortSignal;
  /** Takes the handlers away again. */
  dispose(): void;
}

/**
 * Aborts when this process is asked to end (SIGINT, SIGTERM, SIGHUP) or when its parent has died:
 * Nx killed by SIGKILL leaves its executors running, and they must not.
 */
export function terminationSignal(): Termination {
  const controller = new AbortController();
  const parent = process.ppid;
  const abort = (reason: string) => controller.abort(new AbortedError(reason));
  const handlers = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => {
    const handler = () => abort(name);
    process.on(name, handler);
    return { name, handler };
  });
  const poll = setInterval(() => {
    if (process.ppid !== parent) abort('the parent process has died');
  }, PARENT_POLL_MS);
  poll.unref();
  return {
    signal: controller.signal,
    dispose: () => {
      clearInterval(poll);
      for (const { name, handler } of handlers) process.off(name, handler);
    },
  };
}
