/** After the last change of a file, the time in which no other one may follow. */
const QUIET_MS = 200;

/** Where something writes all the time, a build starts after this all the same. */
const LONGEST_MS = 2_000;

/** Saves of files: those that come together count as one. */
export class Saves {
  private last: number | undefined;
  private paths = new Set<string>();
  private wake: () => void = () => undefined;

  constructor(private readonly quietMs = QUIET_MS) {}

  /** These files were changed now. */
  add(paths: readonly string[]): void {
    for (const path of paths) this.paths.add(path);
    this.last = Date.now();
    this.wake();
  }

  /**
   * Resolves when files were saved since the last call and none has been for a moment: at once, if that was while nobody waited.
   *
   * @returns the files
   * @throws the signal's reason when aborted
   */
  async next(signal: AbortSignal): Promise<string[]> {
    while (this.last === undefined) await this.change(signal);
    const latest = Date.now() + LONGEST_MS;
    for (;;) {
      const rest = Math.min(this.last + this.quietMs, latest) - Date.now();
      if (rest <= 0) break;
      await this.change(signal, rest);
    }
    signal.throwIfAborted();
    const paths = [...this.paths];
    this.last = undefined;
    this.paths.clear();
    return paths;
  }

  /** Waits for a change, or for some milliseconds. */
  private async change(signal: AbortSignal, ms?: number): Promise<void> {
    signal.throwIfAborted();
    let timer: NodeJS.Timeout | undefined;
    let abort = () => undefined as void;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      abort = resolve;
      signal.addEventListener('abort', abort, { once: true });
      if (ms !== undefined) timer = setTimeout(resolve, ms);
    });
    signal.removeEventListener('abort', abort);
    clearTimeout(timer);
    signal.throwIfAborted();
  }
}
