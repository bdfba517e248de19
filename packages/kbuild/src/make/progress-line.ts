import { amount } from '@bringup/process';

/** The counted units. Bytes are shown in MiB. */
export type Unit = 'objects' | 'bytes';

export interface ProgressState {
  readonly done: number;
  /** Units that were done before the clock was started. */
  readonly before: number;
  /** Undefined where there is no estimate. */
  readonly total: number | undefined;
  readonly elapsedMs: number;
  /** The file in hand. */
  readonly doing: string;
  /** The total is what was done, and no estimate. */
  readonly isFinished: boolean;
  /** For how long nothing has been done, and the program that is waited for. */
  readonly quiet?: { readonly ms: number; readonly waitsFor: string | undefined };
}

/** One line of progress: how much of how much, and the time left or, when nothing is done, the program that is waited for. */
export function formatLine(label: string, unit: Unit, state: ProgressState): string {
  const { done, before, isFinished, elapsedMs, doing, quiet } = state;
  if (isFinished) return `${label}: 100%, ${formatAmount(unit, state)} in ${formatDuration(elapsedMs)}`;
  const rest = quiet ? [formatQuiet(quiet)] : [formatLeft(state), doing];
  const head = done === before ? 'starting' : formatAmount(unit, state);
  return `${label}: ${[head, ...(done === before && !quiet ? [] : rest)].filter(Boolean).join(', ')}`;
}

function formatAmount(unit: Unit, { done, total, isFinished }: ProgressState): string {
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  if (total === undefined || isFinished)
    return unit === 'bytes' ? `${mib(done)} MiB` : amount(done, 'object');
  const percent = Math.floor((100 * done) / total);
  if (unit === 'bytes') return `${percent}%, ${mib(done)} of ${mib(total)} MiB`;
  // The estimate may be too low. 100 % is shown only at the end.
  return `${Math.min(99, percent)}%, ${done} of about ${amount(total, 'object')}`;
}

/** At the speed so far, which a moment of speed or of rest hardly changes. */
function formatLeft({ done, before, total, elapsedMs }: ProgressState): string | undefined {
  // An estimate that is reached was too low: nobody knows what is left.
  if (total === undefined || done >= total) return undefined;
  return `${formatDuration(((total - done) * elapsedMs) / (done - before))} left`;
}

function formatQuiet({ ms, waitsFor }: NonNullable<ProgressState['quiet']>): string {
  return waitsFor === undefined
    ? `nothing new for ${formatDuration(ms)}`
    : `for ${formatDuration(ms)} in: ${waitsFor}`;
}

function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1000));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
