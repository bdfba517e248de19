import { UserError } from '@bringup/process';
import type { StorageEntry } from './storage.js';

/** The criteria for removal. */
export interface PruneRequest {
  /** Removes entries that were not used for longer than this, in milliseconds. */
  readonly olderThanMs?: number;
  /** Removes the least recently used entries until the rest takes no more than this. */
  readonly maxBytes?: number;
  /** Removes kept directories of projects and variants that the workspace no longer has. */
  readonly removedProjects: boolean;
}

export type PruneReason = 'removed-project' | 'age' | 'size';

const HOUR_MS = 3_600_000;
const UNITS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS };

/**
 * A span of time, `12h`, `30d` or `2w`, in milliseconds.
 *
 * @throws UserError `BAD_AGE`
 */
export function parseAge(text: string): number {
  const [, count, unit] = /^(\d+)([hdw])$/.exec(text) ?? [];
  const milliseconds = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
  if (Number.isSafeInteger(milliseconds)) return milliseconds;
  const message =
    `olderThan: ${JSON.stringify(text)} is not a span of time. It has to be a whole number of hours, days or weeks. ` +
    'Write a number and h, d or w, such as 30d';
  throw new UserError('BAD_AGE', message, { age: text });
}

/**
 * Chooses the entries to remove. A spared entry is never chosen, whatever the request.
 *
 * @param entries in the order in which `maxBytes` chooses them
 */
export function planPrune(
  entries: readonly StorageEntry[],
  { olderThanMs, maxBytes, removedProjects }: PruneRequest,
  nowMs: number,
): Map<StorageEntry, PruneReason> {
  const chosen = new Map<StorageEntry, PruneReason>();
  const candidates = entries.filter(({ spared }) => spared === undefined);
  for (const entry of candidates) {
    if (removedProjects && entry.orphan) chosen.set(entry, 'removed-project');
    else if (olderThanMs !== undefined && nowMs - entry.usedMs > olderThanMs) chosen.set(entry, 'age');
  }
  if (maxBytes === undefined) return chosen;
  let left = entries.filter((entry) => !chosen.has(entry)).reduce((sum, { bytes }) => sum + bytes, 0);
  for (const entry of candidates) {
    if (left <= maxBytes) break;
    if (chosen.has(entry)) continue;
    chosen.set(entry, 'size');
    left -= entry.bytes;
  }
  return chosen;
}
