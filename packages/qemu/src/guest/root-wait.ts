import { consoleTail } from '../doctor/console-text.js';

/** How long a root device may take to appear. Drivers have looked for theirs before the kernel waits; USB and SD cards come later. */
const PATIENCE_MS = 2_500;
const PATIENCE_FOR_LATE_MS = 20_000;
const LATE = /usb-|sdhci|sd-card/;

const WAITING = /Waiting for root device \S+?\.\.\.$/;

/** Notices a kernel that waits for its root device, and says nothing else: `rootwait` never ends by itself. */
export class RootWait {
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  readonly #patienceMs: number;

  /**
   * @param argv of QEMU
   * @param wake is called when the wait is over
   */
  constructor(
    argv: readonly string[],
    private readonly wake: () => void,
  ) {
    this.#patienceMs = argv.some((word) => LATE.test(word)) ? PATIENCE_FOR_LATE_MS : PATIENCE_MS;
  }

  /** @param recent the end of the console, in clean text */
  isOver(recent: string): boolean {
    const isWaiting = WAITING.test(consoleTail(recent, 1)[0] ?? '');
    if (!isWaiting) this.end();
    else
      this.#timer ??= setTimeout(() => {
        this.#isOver = true;
        this.wake();
      }, this.#patienceMs);
    return isWaiting && this.#isOver;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isOver = false;
  }
}
