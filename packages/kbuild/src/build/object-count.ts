import { join } from 'node:path';
import { pathExists, readFile, readJson, writeJson } from 'fs-extra';
import { buildLog } from '../kept-output/index.js';
import { parseMakeLine } from '../make/progress.js';

/** The objects of an output directory as far as they are known. The record is kept beside the directory, and outlives it. */
interface ObjectRecord {
  /** Files that make names in a build from nothing; missing until one has ended. */
  readonly whole?: number;
  /** Symbols that were on in its configuration. */
  readonly symbols?: number;
  /** Files that the runs before the last one made of a build that has not ended; missing once it has. */
  readonly made?: number;
}

/** How much a build has to do, as far as anybody can say before it runs. */
export interface ObjectPlan {
  /** Files that an unfinished build made before. */
  readonly before: number;
  /** Undefined for a directory that is built already: make alone knows what an edit makes out of date. */
  readonly total: number | undefined;
  /** The total follows from the number of symbols alone: no build has ended yet. */
  readonly isGuess: boolean;
  /** Symbols that are on. */
  readonly symbols: number;
}

const recordFile = (out: string) => `${out}.objects.json`;

/**
 * Estimates the number of files that make will name. Called before make's log is written anew and the `.config` placed. A build from
 * nothing is expected to name as many as the last one, in proportion to the symbols that are on.
 *
 * @param symbols the number of symbols that are on
 * @param perSymbol files for each, where no build has ended yet
 */
export async function planObjects(out: string, symbols: number, perSymbol: number): Promise<ObjectPlan> {
  const record = await readRecord(out);
  const isEmpty = !(await pathExists(join(out, '.config')));
  if (!isEmpty && record.made === undefined) return { before: 0, total: undefined, isGuess: false, symbols };
  const before = isEmpty ? 0 : (record.made ?? 0) + (await countLogged(out));
  await writeJson(recordFile(out), { ...record, made: before }).catch(() => undefined);
  const whole =
    record.whole === undefined
      ? symbols * perSymbol
      : (record.whole * symbols) / Math.max(1, record.symbols ?? symbols);
  const total = Math.max(1, Math.round(whole), before);
  return { before, total, isGuess: record.whole === undefined, symbols };
}

/** Records that a build has ended. @param made files that make named in this run */
export async function recordObjects(
  out: string,
  { before, total, symbols }: ObjectPlan,
  made: number,
): Promise<void> {
  // An edit tells nothing about a build from nothing, unless it makes more than the last one did.
  const least = total === undefined ? ((await readRecord(out)).whole ?? Infinity) : 0;
  // The next estimate is worse without the record, and nothing else.
  if (total !== undefined || made > least)
    await writeJson(recordFile(out), { whole: before + made, symbols }).catch(() => undefined);
}

async function readRecord(out: string): Promise<ObjectRecord> {
  const content: unknown = await readJson(recordFile(out)).catch(() => undefined);
  return typeof content === 'object' && content !== null ? content : {};
}

/** A run that was killed had no time to record what it had made; its log has a line for each file. */
async function countLogged(out: string): Promise<number> {
  const log = await readFile(buildLog(out), 'utf8').catch(() => '');
  return log.split('\n').filter((line) => parseMakeLine(line) !== undefined).length;
}
