import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { ensureDir } from 'fs-extra';
import {
  AbortedError,
  dyingWithUs,
  startProgram,
  type ProgramExit,
  type RunningProgram,
} from '@bringup/process';
import { ConsoleText } from '../doctor/console-text.js';
import { readFormats, type ImageFormats } from '../doctor/index.js';
import { wrapped, type PlanRun } from '../runs/board-process.js';
import type { KernelComplaints } from './allowances.js';
import {
  complaintError,
  exitedError,
  findPanic,
  panicError,
  timeoutError,
  type GuestState,
} from './guest-failure.js';

/** How far back a message that comes in pieces is looked for. */
const LOOK_BACK = 8192;
/** A panicked kernel still prints its stack, and QEMU ends when it reboots. */
const SETTLE_MS = 1_000;
const STDERR_LIMIT = 16_384;

export interface GuestOptions {
  signal?: AbortSignal;
  onConsole?: (chunk: string) => void;
  consoleLogFile?: string;
}

/** The options of a wait; see {@link Guest.waitFor}. */
interface GuestWait<T> {
  phase: string;
  timeoutMs: number;
  /** Looks at what is new, and a piece before it, after every change; anything but undefined ends the wait. */
  probe: (recent: string) => T | undefined;
  /** Position in the console's text before which the probe is not to look. Default 0. */
  from?: number;
  /** A panic does not fail this wait. */
  panicExpected?: boolean;
  /** Complaints of the kernel do not fail this wait. */
  complaintsExpected?: boolean;
  /** The likely cause if the wait times out. */
  hint?: () => string | undefined;
}

/** A QEMU whose console is on pipes. */
export class Guest {
  readonly console = new ConsoleText();
  exit: ProgramExit | undefined;
  #stderr = '';
  #phase = 'boot';
  #panic: string | undefined;
  /** The console's text up to here was searched; to search all of it at each character would be quadratic. */
  #searched = 0;
  readonly #changed = new Set<() => void>();

  private constructor(
    readonly program: RunningProgram,
    private readonly argv: readonly string[],
    private readonly options: GuestOptions,
    private readonly log: WriteStream | undefined,
    private readonly formats: ImageFormats,
    private readonly complaints: KernelComplaints,
  ) {
    program.stdin?.on('error', () => undefined); // QEMU may be gone already: its exit speaks.
    program.stdout?.on('data', (bytes: Buffer) => this.#onConsole(bytes));
    program.stderr?.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString()).slice(-STDERR_LIMIT);
    });
    void Promise.all([program.exited, drained(program.stdout), drained(program.stderr)]).then(([exit]) => {
      this.exit = exit;
      this.#notify();
    });
  }

  static async start(
    planned: ReturnType<PlanRun>,
    options: GuestOptions,
    complaints: KernelComplaints,
  ): Promise<Guest> {
    const { argv } = planned;
    options.signal?.throwIfAborted();
    const log = options.consoleLogFile === undefined ? undefined : await openLog(options.consoleLogFile);
    const formats = await readFormats(argv);
    // Also ended by the kernel, where the reaper is killed together with us.
    const program = await startProgram(dyingWithUs(wrapped(planned)), { stdio: 'pipe' });
    return new Guest(program, argv, options, log, formats, complaints);
  }

  /** Whether the kernel has spoken: what is at the console from then on is not a boot loader. */
  get hasKernel(): boolean {
    return /(?:^|\n|\] )(?:Linux version |Run \S+ as init process)/.test(this.console.text);
  }

  /** Lets a wait look again, though nothing came. */
  wake(): void {
    this.#notify();
  }

  /** Types at the console. */
  type(text: string): void {
    this.program.stdin?.write(text);
  }

  get state(): GuestState {
    const { argv } = this;
    return { ...this.formats, argv, console: this.console.text, stderr: this.#stderr, phase: this.#phase };
  }

  /**
   * Waits until `probe` gives something.
   *
   * @throws ToolError `GUEST_PANIC`, `GUEST_COMPLAINT`, `GUEST_EXITED`, `GUEST_TIMEOUT`
   * @throws the signal's reason when aborted
   */
  async waitFor<T>(wait: GuestWait<T>): Promise<T> {
    this.#phase = wait.phase;
    const deadline = Date.now() + wait.timeoutMs;
    for (;;) {
      const { signal } = this.options;
      if (signal?.aborted) throw signal.reason ?? new AbortedError('aborted');
      const start = Math.max(this.#searched - LOOK_BACK, 0);
      const found = wait.probe(this.console.since(Math.max(start, wait.from ?? 0)));
      this.#panic ??= findPanic(this.console.since(start));
      this.#searched = this.console.text.length;
      const complained = wait.complaintsExpected !== true && this.complaints.refused.length > 0;
      if (complained) throw await this.#complained();
      if (found !== undefined) return found;
      if (this.#panic !== undefined && !wait.panicExpected) {
        await this.settle();
        throw panicError(this.#panic, this.state);
      }
      if (this.exit) throw exitedError(this.exit, this.state);
      const left = deadline - Date.now();
      if (left <= 0) throw timeoutError(wait.timeoutMs, wait.hint?.(), this.state);
      await this.#change(left);
    }
  }

  /** Flushes the log; QEMU must have ended. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => (this.log ? this.log.end(() => resolve()) : resolve()));
  }

  /** Waits for what belongs to a failure that began to show: a stack, a list, QEMU's end. */
  async settle(): Promise<void> {
    const deadline = Date.now() + SETTLE_MS;
    while (!this.exit && Date.now() < deadline) await this.#change(deadline - Date.now());
  }

  /** The error for a complaint, once what belongs to it has come: a trace, or the panic that it leads to. */
  async #complained(): Promise<Error> {
    await this.settle();
    this.#panic ??= findPanic(this.console.since(Math.max(this.#searched - LOOK_BACK, 0)));
    if (this.#panic !== undefined) return panicError(this.#panic, this.state);
    return complaintError(this.complaints.refused[0]!, this.state);
  }

  #onConsole(bytes: Buffer): void {
    this.log?.write(bytes);
    const chunk = this.console.append(bytes);
    this.complaints.push(chunk);
    if (chunk) this.options.onConsole?.(chunk);
    this.#notify();
  }

  #notify(): void {
    for (const resolve of this.#changed) resolve();
  }

  /** Resolves when something happened, or after `ms`. */
  async #change(ms: number): Promise<void> {
    const { signal } = this.options;
    let done!: () => void;
    const changed = new Promise<void>((resolve) => (done = resolve));
    const timer = setTimeout(done, ms);
    this.#changed.add(done);
    signal?.addEventListener('abort', done, { once: true });
    await changed;
    clearTimeout(timer);
    this.#changed.delete(done);
    signal?.removeEventListener('abort', done);
  }
}

async function drained(stream: Readable | null): Promise<void> {
  if (stream && !stream.readableEnded && !stream.destroyed)
    await once(stream, 'close').catch(() => undefined);
}

/** Opened before QEMU is started, so that a path that cannot be written fails at once. */
async function openLog(path: string): Promise<WriteStream> {
  await ensureDir(dirname(path));
  const log = createWriteStream(path);
  await once(log, 'open');
  log.on('error', () => undefined); // The disk filled up: the test goes on without its log.
  return log;
}
