import { SingleBar } from 'cli-progress';
import { formatLine, type Unit } from './progress-line.js';
import { liveStream, type LiveStream } from './live-stream.js';

/** How often a log gets a line. */
const LOG_INTERVAL_MS = 10_000;
/** How often a terminal's line is drawn. */
const FRAMES_PER_SECOND = 5;

/** A long piece of work as people watch it: a living line on a terminal, a line every ten seconds in a log. */
export interface Progress {
  /** @param done units done so far; @param doing what is in hand */
  update(done: number, doing: string): void;
  /** Corrects the estimate of the whole. */
  total(units: number): void;
  /** Ends the display. A log gets a last line. */
  stop(): void;
  /** Ends the display of work that is done: what was done is the whole. */
  finish(): void;
}

export interface ProgressOptions {
  /** Default: where it is seen, and not kept by Nx. */
  readonly stream?: NodeJS.WriteStream | LiveStream;
  /** Units that were done before. */
  readonly before?: number;
  /** Names the program that the work waits for, once nothing has been done for {@link QUIET_MS}; undefined if there is none. */
  readonly waitsFor?: () => string | undefined;
  /** Milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** After this long without an update, the line says what the work waits for. */
const QUIET_MS = 15_000;

/**
 * Shows progress.
 *
 * @param label what is being made
 * @param unit what is counted: `objects`, or `bytes` (shown in MiB)
 * @param total the estimated number of units; undefined where there is no estimate
 */
export function showProgress(
  label: string,
  unit: Unit,
  total: number | undefined,
  { stream = liveStream(), before = 0, waitsFor, now = Date.now }: ProgressOptions = {},
): Progress {
  const started = now();
  let state = { done: before, total, doing: '', isFinished: false };
  let changed = started;
  const bar = new SingleBar({
    stream: stream as NodeJS.WriteStream,
    noTTYOutput: !stream.isTTY,
    notTTYSchedule: LOG_INTERVAL_MS,
    clearOnComplete: true,
    hideCursor: null,
    fps: FRAMES_PER_SECOND,
    linewrap: null,
    format: () => {
      const time = now();
      const quietMs = state.isFinished ? 0 : time - changed;
      return formatLine(label, unit, {
        ...state,
        before,
        elapsedMs: time - started,
        ...(quietMs < QUIET_MS ? {} : { quiet: { ms: quietMs, waitsFor: waitsFor?.() } }),
      });
    },
  });
  bar.start(1, 0, {});
  return {
    update: (done, doing) => {
      if (done !== state.done || doing !== state.doing) changed = now();
      const known = state.total;
      state = { ...state, done, doing, total: known === undefined ? undefined : Math.max(known, done) };
      bar.update(0);
    },
    total: (units) => void (state = { ...state, total: units }),
    stop: () => bar.stop(),
    finish: () => {
      state = { ...state, total: state.done, doing: '', isFinished: true };
      bar.stop();
    },
  };
}

/** `  CC      kernel/fork.o`, `  LD [M]  fs/x.ko`: what kbuild prints for each thing it makes, without V=1. */
const MAKE_LINE = /^ {2}[A-Z][A-Z0-9_]*(?: \[M\])? +(\S.*)$/;

/** The file that a line of make's output says is in hand; undefined for any other line. */
export function parseMakeLine(line: string): string | undefined {
  return MAKE_LINE.exec(line)?.[1];
}
