import { outputFile, pathExists, readFile, remove, stat, writeFile } from 'fs-extra';
import { AbortedError, ToolError, UserError } from '@bringup/process';
import type { MakeSetting } from '../make/make.js';
import { MAKEFILE } from '../programs/tree-file-kinds.js';
import { runningMark } from './paths.js';
import type { TreeListing } from '../sources/index.js';
import { compareListings } from './source-changes.js';
import { changeTimes, touchedSince, type Before } from './touched.js';
import { readRecord, UNSETTLED, watchClock, writeRecord } from './source-record.js';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

type Used = Pick<MakeSetting, 'out' | 'source'>;

/**
 * Runs make in an output directory, which has a mark until make has ended in an orderly way. Afterwards the source is compared with
 * what it was before.
 *
 * @param label the project's name, for messages
 * @param collect what follows on make; it may read the source as well
 * @throws UserError `SOURCE_CHANGED`: make succeeded, but what it made is of neither state
 */
export async function whileMakeRuns<T>(
  used: Used,
  label: string,
  make: () => Promise<unknown>,
  collect: () => Promise<T>,
): Promise<T> {
  const { out } = used;
  const recordEnd = await watchClock(out);
  const { path, own } = used.source;
  const times = own ? changeTimes(path, own) : new Map<string, number>();
  await writeFile(runningMark(out), await bootId());
  const settle = async () => {
    await recordEnd();
    const startedMs = (await stat(runningMark(out))).mtimeMs;
    const changed = await recordChanges(used, { times, state: own?.state, startedMs });
    // Last: whoever is killed before it has not recorded what changed.
    await remove(runningMark(out));
    return changed;
  };
  try {
    await make();
  } catch (error) {
    // make removes what it had in hand when it fails or is asked to stop; only being killed leaves halves.
    const isOrderly = error instanceof ToolError && error.fields.signal === undefined;
    if (isOrderly || error instanceof AbortedError) await settle().catch(() => undefined);
    throw error;
  }
  const [collected] = await Promise.allSettled([collect()]);
  const changed = await settle();
  if (changed.length > 0)
    throw sourceChanged(used.source.path, `${label} was being built`, changed, MAKES_LITTLE);
  if (collected.status === 'rejected') throw collected.reason;
  return collected.value;
}

/**
 * Does work in an output directory that has no record of its source. Where the source changes meanwhile, nothing in the directory can be
 * trusted, and it is removed, also when the work fails; so it is after a run that was killed.
 *
 * @param doing what is done meanwhile, for messages: `kernel was being configured`
 * @throws UserError `SOURCE_CHANGED`: the work succeeded, but its result is of neither state
 */
export async function whileSourceStays<T>(used: Used, doing: string, work: () => Promise<T>): Promise<T> {
  const { out, source } = used;
  const { path, own } = source;
  if (!own) return work();
  const mark = runningMark(out);
  if (await pathExists(mark)) await remove(out);
  const times = changeTimes(path, own);
  await outputFile(mark, '');
  const startedMs = (await stat(mark)).mtimeMs;
  const settle = async () => {
    const changes = await findChanges(used, { times, state: own.state, startedMs });
    if (changes) await remove(out);
    await remove(mark);
    return changes;
  };
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // If the comparison fails, the mark stays, and the next run starts afresh.
    await settle().catch(() => undefined);
    throw error;
  }
  const changes = await settle();
  if (changes) throw sourceChanged(path, doing, changes.names);
  return result;
}

interface Changes {
  /** In latin1. */
  readonly names: readonly string[];
  /** The files as they were before. */
  readonly files: TreeListing;
}

/** Compares a source with what it was; undefined if no file changed, not even for a while. */
async function findChanges(
  { source: { path, own, identity } }: Used,
  before: Before,
): Promise<Changes | undefined> {
  const after = await own?.look();
  if (!own || !after) return undefined;
  const touched = touchedSince(path, before, { ...after, selection: own.selection });
  if (after.identity === identity && touched.length === 0) return undefined;
  const files = own.files();
  const { changed, added, deleted } = compareListings(files, after.files());
  return { names: [...new Set([...changed, ...added, ...deleted, ...touched])], files };
}

/**
 * Records which files of the source changed since make began, if only for a while: objects may be made from either state.
 *
 * @returns their names, in latin1
 */
async function recordChanges(used: Used, before: Before): Promise<readonly string[]> {
  const changes = await findChanges(used, before);
  if (!changes) return [];
  const { names, files } = changes;
  const { out } = used;
  const rules = new Map((await readRecord(out))?.rules);
  for (const name of names) {
    files.set(name, UNSETTLED);
    if (MAKEFILE.test(name)) rules.set(name, UNSETTLED);
  }
  await writeRecord(out, files, rules);
  return names;
}

const MAKES_LITTLE = '; it makes only what depends on these files';

function sourceChanged(path: string, doing: string, names: readonly string[], then = ''): UserError {
  const shown = names.slice(0, 5).map((name) => Buffer.from(name, 'latin1').toString());
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return new UserError(
    'SOURCE_CHANGED',
    `${path} changed while ${doing}: ${shown.join(', ')}${more}. Nothing is published. ` +
      `Run the same command again${then}.`,
    { path, names },
  );
}

/**
 * The mark of a make that was killed: when it was started, by the clock of the file system. `lost` where files that it had
 * finished may be missing as well (the machine went down, so that they were never written to the disk), or where their times say
 * nothing.
 */
export async function readMark(out: string): Promise<{ startedMs: number } | 'lost' | undefined> {
  const mark = runningMark(out);
  const boot = await readFile(mark, 'utf8').catch(() => undefined);
  if (boot === undefined) return undefined;
  const startedMs = (await stat(mark)).mtimeMs;
  return boot === (await bootId()) && startedMs <= Date.now() ? { startedMs } : 'lost';
}

/** A new one each time the machine starts: random(4). */
async function bootId(): Promise<string> {
  return readFile(BOOT_ID, 'utf8').catch(() => '');
}
