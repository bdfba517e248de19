import { SingleBar } from 'cli-progress';
import { liveStream, type LiveStream } from './live-stream.js';

/** How often a log gets a line. */
const LOG_INTERVAL_MS = 10_000;

/** A long piece of work as people watch it: a living line on a terminal, a line every ten seconds in a log. */
export interface Progress {
  /** @param done units done so far; @param doing what is in hand */
  update(done: number, doing: string): void;
  /** Corrects the estimate of the whole. */
  total(units: number): void;
  stop(): void;
}

/**
 * Shows progress.
 *
 * @param label what is being made
 * @param unit what is counted: `objects`, or `bytes` (shown in MiB)
 * @param total the estimated number of units
 * @param stream default: where it is seen, and not kept by Nx
 */
export function showProgress(
  label: string,
  unit: 'objects' | 'bytes',
  total: number,
  stream: NodeJS.WriteStream | LiveStream = liveStream(),
): Progress {
  const bar = new SingleBar({
    stream: stream as NodeJS.WriteStream,
    noTTYOutput: !stream.isTTY,
    notTTYSchedule: LOG_INTERVAL_MS,
    clearOnComplete: true,
    hideCursor: null,
    fps: 5,
    etaBuffer: 200,
    linewrap: null,
    format: (_options, { value, total: whole, eta }, { doing }) =>
      value === 0
        ? `${label}: starting`
        : formatProgress(label, unit, { done: value, total: whole, etaSeconds: eta, doing }),
  });
  bar.start(Math.max(1, total), 0, { doing: '' });
  return {
    update: (done, doing) => {
      if (done > bar.getTotal()) bar.setTotal(done);
      bar.update(done, { doing });
    },
    total: (units) => bar.setTotal(units),
    stop: () => bar.stop(),
  };
}

/** One line of progress: how much of how much, the time left, what is in hand. */
export function formatProgress(
  label: string,
  unit: 'objects' | 'bytes',
  state: { done: number; total: number; etaSeconds: number; doing: string },
): string {
  const { done, total, etaSeconds, doing } = state;
  const percent = Math.floor((100 * done) / total);
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  const amount = unit === 'bytes' ? `${mib(done)} of ${mib(total)} MiB` : `${done} of about ${total} objects`;
  return [`${label}: ${percent}%, ${amount}`, `${formatDuration(etaSeconds)} left`, doing]
    .filter(Boolean)
    .join(', ');
}

function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'an unknown time';
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `  CC      kernel/fork.o`, `  LD [M]  fs/x.ko`: what kbuild prints for each thing it makes, without V=1. */
const MAKE_LINE = /^ {2}[A-Z][A-Z0-9_]*(?: \[M\])? +(\S.*)$/;

/** The file that a line of make's output says is in hand; undefined for any other line. */
export function parseMakeLine(line: string): string | undefined {
  return MAKE_LINE.exec(line)?.[1];
}
