import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { readFile, remove, stat, writeFile } from 'fs-extra';
import { writeFileAside } from '@bringup/process';
import type { OwnFiles, TreeListing, TreeState } from '../sources/index.js';

/** The record of the sources that an output directory was last made from. */
export interface SourceRecord {
  readonly files: TreeListing;
  /** For each Makefile, a hash of its rules: see `rulesDigest`. */
  readonly rules: ReadonlyMap<string, string>;
  /**
   * Files that changed since the directory was begun, and that make notices by their times: name → time in milliseconds. Objects that are
   * older were made from an earlier content: a build that failed did not get to them, or their part was not configured.
   */
  readonly pending: ReadonlyMap<string, number>;
  /** No file in the output directory is younger, in milliseconds since 1970. Infinity: nothing is known about their times. */
  readonly builtMs: number;
}

/**
 * The last state on record in short, so that the list of 80,000 files is neither read nor written for one that changed. It holds for one
 * list only, whose first line has the same id.
 */
interface ShortRecord extends Pick<SourceRecord, 'pending' | 'builtMs'> {
  readonly state: TreeState;
  /** Files that have changed since the list was written, never Makefiles: name → identity, null where it is gone. */
  readonly since: ReadonlyMap<string, string | null>;
  readonly list: string;
}

const listFile = (out: string) => `${out}.source`;
const sinceFile = (out: string) => `${out}.since`;
const builtFile = (out: string) => `${out}.built`;
const pendingFile = (out: string) => `${out}.pending`;

/** The content of a file that changed while make ran: objects may be made from what it was, or from what it is. */
export const UNSETTLED = 'changed while make ran';

/** With more changed files than this, a new list is written. */
const MANY_SINCE = 1_000;

const LIST_ID = /^id ([0-9a-f-]{36})\n/;
const LIST_ID_BYTES = 40;

/** @returns undefined where nothing is recorded, or a part of the record is missing or damaged */
export async function readRecord(out: string): Promise<SourceRecord | undefined> {
  const text = await readFile(listFile(out), 'latin1').catch(() => undefined);
  if (text === undefined || !text.endsWith('\n\n')) return undefined;
  const files: TreeListing = new Map();
  const rules = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name, identity, digest] = line.split('\0');
    if (!identity) continue;
    files.set(decode(name!), identity);
    if (digest) rules.set(decode(name!), digest);
  }
  const list = LIST_ID.exec(text)?.[1];
  const since = list === undefined ? [] : (await readSince(out, list))?.since;
  const pending = await readPending(out);
  if (!since || !pending) return undefined;
  for (const [name, identity] of since) {
    if (identity === null) files.delete(name);
    else files.set(name, identity);
  }
  return { files, rules, pending, builtMs: await readBuiltMs(out) };
}

/** The JSON in `out.since`. */
interface Since {
  readonly list: string;
  /** {@link FileSelection.key} of the files on record. */
  readonly selection: string;
  readonly state: TreeState;
  readonly since: readonly (readonly [string, string | null])[];
}

async function readSince(out: string, list: string): Promise<Since | undefined> {
  const since = parseOrNothing(await readFile(sinceFile(out), 'utf8').catch(() => '')) as Since | undefined;
  return since?.list === list && Array.isArray(since.since) ? since : undefined;
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns undefined if there is no usable `out.since`, or it belongs to another selection */
export async function readShortRecord(
  out: string,
  { selection }: Pick<OwnFiles, 'selection'>,
): Promise<ShortRecord | undefined> {
  const list = await readListId(out);
  const found = list === undefined ? undefined : await readSince(out, list);
  if (!found || found.selection !== selection.key || found.since.length > MANY_SINCE) return undefined;
  const pending = await readPending(out);
  if (!pending) return undefined;
  const { state, since } = found;
  return { list: found.list, state, since: new Map(since), pending, builtMs: await readBuiltMs(out) };
}

async function readListId(out: string): Promise<string | undefined> {
  const file = await open(listFile(out)).catch(() => undefined);
  try {
    const read = await file?.read(Buffer.alloc(LIST_ID_BYTES), 0, LIST_ID_BYTES, 0);
    return LIST_ID.exec(read?.buffer.toString('latin1') ?? '')?.[1];
  } finally {
    await file?.close();
  }
}

async function writeSince(out: string, since: Since): Promise<void> {
  await writeFileAside(sinceFile(out), `${JSON.stringify(since)}\n`);
}

/** Brings the record up to date with what has changed since. @param changed as {@link ShortRecord.since} */
export async function amendRecord(
  out: string,
  { list, since }: ShortRecord,
  { selection, state }: Pick<OwnFiles, 'selection'> & { readonly state: TreeState },
  changed: ReadonlyMap<string, string | null>,
): Promise<void> {
  await writeSince(out, {
    list,
    selection: selection.key,
    state,
    since: [...new Map([...since, ...changed])],
  });
}

async function readPending(out: string): Promise<ReadonlyMap<string, number> | undefined> {
  const text = await readFile(pendingFile(out), 'utf8').catch(() => '[]');
  const pending = parseOrNothing(text);
  return Array.isArray(pending) ? new Map(pending as [string, number][]) : undefined;
}

/** Records {@link SourceRecord.pending}. */
export async function writePending(out: string, pending: ReadonlyMap<string, number>): Promise<void> {
  if (pending.size === 0) await remove(pendingFile(out));
  else await writeFileAside(pendingFile(out), JSON.stringify([...pending]));
}

/** A name may have a line end in it, which ends its line here. */
const encode = (name: string) => name.replaceAll('%', '%25').replaceAll('\n', '%0A');
const decode = (name: string) => name.replaceAll('%0A', '\n').replaceAll('%25', '%');

/**
 * Written before make runs, so that a make that fails or is killed has its sources on record.
 *
 * @param own the look that `files` came from; omitted if `files` match no state of the tree
 */
export async function writeRecord(
  out: string,
  files: TreeListing,
  rules: ReadonlyMap<string, string>,
  own?: Pick<OwnFiles, 'selection' | 'state'>,
): Promise<void> {
  const list = randomUUID();
  const lines = [...files].map(
    ([name, identity]) => `${encode(name)}\0${identity}\0${rules.get(name) ?? ''}\n`,
  );
  const text = (head: string) => Buffer.from(`${head}${lines.join('')}\n`, 'latin1');
  if (!own?.state) {
    await writeFileAside(listFile(out), text(''));
    return remove(sinceFile(out));
  }
  // A list with an id is ignored unless `out.since` has the same id.
  await writeFileAside(listFile(out), text(`id ${list}\n`));
  await writeSince(out, { list, selection: own.selection.key, state: own.state, since: [] });
}

/** {@link SourceRecord.builtMs} of an output directory. */
export async function readBuiltMs(out: string): Promise<number> {
  const text = await readFile(builtFile(out), 'utf8').catch(() => '');
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Infinity;
}

/**
 * Follows the clock while make runs. The returned function records that make has ended, and with it the time after which a
 * changed source must be dated for make to see the change: the file system's own time, since make compares times of files.
 * When the clock was set back in between, there is no such time.
 */
export async function watchClock(out: string): Promise<() => Promise<void>> {
  const file = builtFile(out);
  const before = await readBuiltMs(out);
  // If make is killed, the file stays empty, and nothing is known.
  await writeFile(file, '');
  const startMs = (await stat(file)).mtimeMs;
  const start = performance.now();
  return async () => {
    const elapsedMs = performance.now() - start;
    await writeFile(file, '');
    const endMs = (await stat(file)).mtimeMs;
    const wentBack = endMs < startMs + elapsedMs - CLOCK_SLACK_MS;
    await recordBuilt(out, wentBack ? Infinity : Math.max(before, startMs, endMs));
  };
}

/** An empty output directory: nothing in it is younger than any source. */
export async function recordEmpty(out: string): Promise<void> {
  await remove(listFile(out));
  await remove(sinceFile(out));
  await remove(pendingFile(out));
  await recordBuilt(out, 0);
}

/** Records the time after which nothing in the output directory was made. */
export async function recordBuilt(out: string, builtMs: number): Promise<void> {
  await writeFile(builtFile(out), String(builtMs));
}

/** The kernel's clock ticks, and NTP slews it. */
const CLOCK_SLACK_MS = 1_000;
