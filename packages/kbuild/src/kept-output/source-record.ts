import { readFile, remove, stat, writeFile } from 'fs-extra';
import { writeFileAside } from '@bringup/process';
import type { TreeListing } from '../sources/index.js';

/** What is known of the sources that an output directory was last made from. */
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

const listFile = (out: string) => `${out}.source`;
const builtFile = (out: string) => `${out}.built`;
const pendingFile = (out: string) => `${out}.pending`;

/** The content of a file that changed while make ran: objects may be made from what it was, or from what it is. */
export const UNSETTLED = 'changed while make ran';

/** @returns undefined where nothing is recorded, or the record was cut short */
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
  return { files, rules, pending: await readPending(out), builtMs: await readBuiltMs(out) };
}

async function readPending(out: string): Promise<ReadonlyMap<string, number>> {
  const text = await readFile(pendingFile(out), 'utf8').catch(() => '[]');
  return new Map(JSON.parse(text) as [string, number][]);
}

/** Records {@link SourceRecord.pending}. */
export async function writePending(out: string, pending: ReadonlyMap<string, number>): Promise<void> {
  if (pending.size === 0) await remove(pendingFile(out));
  else await writeFileAside(pendingFile(out), JSON.stringify([...pending]));
}

/** A name may have a line end in it, which ends its line here. */
const encode = (name: string) => name.replaceAll('%', '%25').replaceAll('\n', '%0A');
const decode = (name: string) => name.replaceAll('%0A', '\n').replaceAll('%25', '%');

/** Written before make runs, so that a make that fails or is killed has its sources on record. */
export async function writeRecord(
  out: string,
  files: TreeListing,
  rules: ReadonlyMap<string, string>,
): Promise<void> {
  const lines = [...files].map(
    ([name, identity]) => `${encode(name)}\0${identity}\0${rules.get(name) ?? ''}\n`,
  );
  await writeFileAside(listFile(out), Buffer.from(`${lines.join('')}\n`, 'latin1'));
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
  await remove(pendingFile(out));
  await recordBuilt(out, 0);
}

/** Records the time after which nothing in the output directory was made. */
export async function recordBuilt(out: string, builtMs: number): Promise<void> {
  await writeFile(builtFile(out), String(builtMs));
}

/** The kernel's clock ticks, and NTP slews it. */
const CLOCK_SLACK_MS = 1_000;
