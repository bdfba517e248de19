import { dirname, isAbsolute, relative } from 'node:path';
import { formatSize } from '@bringup/disk';
import type { PruneReason, PruneRequest } from '../../storage/prune-plan.js';
import { storageTotals, type StorageEntry } from '../../storage/storage.js';

/** The result of an attempt to remove an entry. */
export interface Outcome {
  readonly removed: boolean;
  /** Why it was left alone. */
  readonly because?: string;
  readonly error?: Error;
}

type Chosen = ReadonlyMap<StorageEntry, PruneReason>;

const REASONS: Readonly<Record<PruneReason, string>> = {
  'removed-project': 'no such project or variant',
  age: 'olderThan',
  size: 'maxSize',
};

const DAY_MS = 86_400_000;

/** Everything that takes space, and what goes, for people. */
export function formatStorage(given: {
  entries: readonly StorageEntry[];
  chosen: Chosen;
  request: PruneRequest;
  nowMs: number;
  root: string;
}): string {
  const { entries, chosen, request, nowMs, root } = given;
  if (entries.length === 0) return 'Nothing is kept for this workspace, and the store is empty.\n';
  const rows = rowsOf(entries, chosen).map(({ bytes, usedMs, name, path, remark }) => [
    formatSize(bytes),
    `${Math.max(0, Math.floor((nowMs - usedMs) / DAY_MS))} d ago`,
    name,
    shownPath(path, root),
    remark,
  ]);
  const all = [['size', 'last used', 'what', 'where', ''], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  return `${[...lines, '', ...summary(entries, chosen, request)].join('\n')}\n`;
}

interface Row {
  name: string;
  path: string;
  bytes: number;
  usedMs: number;
  remark: string;
}

/** A row for each thing, but only one for all records with the same fate: they are many and small. */
function rowsOf(entries: readonly StorageEntry[], chosen: Chosen): Row[] {
  const rows: Row[] = [];
  const records = new Map<string, { row: Row; count: number }>();
  for (const entry of entries) {
    const { kind, name, bytes, usedMs, path } = entry;
    const remark = remarkOn(entry, chosen);
    const same = kind === 'record' ? records.get(remark) : undefined;
    if (same) {
      same.count += 1;
      same.row.bytes += bytes;
      same.row.name = `records of ${same.count} source directories' files`;
      continue;
    }
    const row = { name, bytes, usedMs, path: kind === 'record' ? dirname(path) : path, remark };
    rows.push(row);
    if (kind === 'record') records.set(remark, { row, count: 1 });
  }
  return rows;
}

function remarkOn(entry: StorageEntry, chosen: Chosen): string {
  const reason = chosen.get(entry);
  if (reason !== undefined) return `to remove: ${REASONS[reason]}`;
  if (entry.spared !== undefined) return `stays: ${entry.spared}`;
  return entry.orphan ? REASONS['removed-project'] : '';
}

function summary(
  entries: readonly StorageEntry[],
  chosen: Chosen,
  { olderThanMs, maxBytes, removedProjects }: PruneRequest,
): string[] {
  const { kept, orphans, store } = storageTotals(entries);
  const going = sumOf([...chosen.keys()]);
  const lines = [
    `Kept directories: ${formatSize(kept)}${orphans > 0 ? `, ${formatSize(orphans)} of it for no project` : ''}. ` +
      `Store, shared by all workspaces: ${formatSize(store)}.`,
  ];
  if (olderThanMs === undefined && maxBytes === undefined && !removedProjects)
    return [...lines, 'Nothing was removed. Add --olderThan=30d, --maxSize=20G or --removedProjects.'];
  lines.push(
    chosen.size === 0 ? 'Nothing is to be removed.' : `To remove: ${chosen.size}, ${formatSize(going)}.`,
  );
  const left = kept + store - going;
  if (maxBytes !== undefined && left > maxBytes)
    lines.push(`${formatSize(left)} stay, more than --maxSize: the rest must not be removed.`);
  return lines;
}

/** A report of the removals, for people. */
export function formatRemoved(outcomes: ReadonlyMap<StorageEntry, Outcome>, root: string): string {
  const removed = [...outcomes].flatMap(([entry, outcome]) => (outcome.removed ? [entry] : []));
  const left = [...outcomes].flatMap(([{ path }, { because }]) =>
    because === undefined ? [] : [`Left alone: ${shownPath(path, root)}, because ${because}.\n`],
  );
  const done = removed.length === 0 ? '' : `Removed: ${removed.length}, ${formatSize(sumOf(removed))}.\n`;
  return `${left.join('')}${done}`;
}

/** The same for scripts. Without outcomes nothing was removed: a dry run. */
export function pruneJson(
  entries: readonly StorageEntry[],
  chosen: Chosen,
  outcomes?: ReadonlyMap<StorageEntry, Outcome>,
): string {
  const shown = entries.map((entry) => {
    const { kind, name, path, bytes, usedMs, orphan, spared } = entry;
    const { removed = false, because } = outcomes?.get(entry) ?? {};
    return {
      ...{ kind, name, path, bytes, lastUsed: new Date(usedMs).toISOString(), orphan },
      ...{ spared: spared ?? null, chosen: chosen.get(entry) ?? null, removed, leftAlone: because ?? null },
    };
  });
  return `${JSON.stringify({ dryRun: outcomes === undefined, totals: storageTotals(entries), entries: shown }, null, 2)}\n`;
}

function sumOf(entries: readonly StorageEntry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}

function shownPath(path: string, root: string): string {
  const inside = relative(root, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}
