import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ensureDir, pathExists, readFile, remove, writeFile } from 'fs-extra';
import { amount } from '@bringup/process';
import type { MakeSetting } from '../make/make.js';
import { compareStates, place, type OwnFiles, type TreeListing } from '../sources/index.js';
import type { ToolVersions } from '../make/toolchain.js';
import { MAKEFILE } from '../programs/tree-file-kinds.js';
import type { KconfigProgram } from '../programs/programs.js';
import { removeDependents } from './dependents.js';
import { followSource } from './follow-source.js';
import { NO_RULES, rulesDigestOf } from './makefile-rules.js';
import { runningMark } from './paths.js';
import { changeTimes } from './touched.js';
import { compareListings, planRemedy, type Remedy, type SourceChanges } from './source-changes.js';
import {
  amendRecord,
  readRecord,
  readShortRecord,
  recordEmpty,
  UNSETTLED,
  writePending,
  writeRecord,
  type SourceRecord,
} from './source-record.js';
import { removeUnfinished } from './unfinished.js';
import { readMark } from './while-make-runs.js';

type Prepared = Pick<MakeSetting, 'arch' | 'crossCompile' | 'llvm' | 'source' | 'out'>;

/** The settings and the source of an output directory. */
interface Key {
  /** A hash of everything but the source. */
  readonly settings: string;
  readonly path: string;
  /** Set only for a tree in the store, which never changes. */
  readonly identity?: string;
}

/** Before make runs: whether the directory can be kept, and which changes make would miss. */
interface State {
  readonly isKept: boolean;
  readonly remedy?: Remedy;
  /** Puts the files of a user's own source on record. */
  readonly record?: () => Promise<void>;
  /** {@link SourceRecord.pending} of a directory that is kept. */
  readonly pending?: SourceRecord['pending'];
}

interface PrepareRequest {
  /**
   * The program that is built. Given another revision of its source, the directory is taken over to that one. Without a program, as for
   * modules, it starts afresh: what they are built against has times of its own.
   */
  readonly program?: Pick<KconfigProgram, 'name'>;
  readonly make: Prepared;
  readonly tools: ToolVersions;
}

/**
 * Makes the output directory ready for make, which goes by times of files alone: what is in it afterwards is either made from
 * the source as it is now, or make will see that it is not.
 *
 * @param onNote is called with the reason when more is made again than make would by itself
 */
export async function prepareOut(request: PrepareRequest, onNote?: (note: string) => void): Promise<void> {
  const { out } = request.make;
  const keyFile = keyFileOf(out);
  const key = keyOf(request);
  const killed = await readMark(out);
  const known = await readKey(keyFile);
  const { isKept, remedy, record, pending } = await examine(
    request,
    { key, known: killed === undefined || known === undefined ? known : goesOn(killed, known, key), killed },
    onNote,
  );
  const reason = killed === 'lost' ? 'the last build was cut off' : remedy?.everything;
  if (reason !== undefined) onNote?.(`${reason}: starting afresh`);
  if (isKept && reason === undefined) {
    if (typeof killed === 'object') await keepFinished(out, killed, onNote);
    await applyRemedy(request.make, remedy, onNote);
    // Before the files are on record: what fails in between only makes more again.
    if (pending) await writePending(out, pending);
  } else {
    await remove(keyFile);
    await remove(out);
    // Nothing may be kept yet: the configuration came from a cache, or was cleaned away.
    await ensureDir(out);
    await recordEmpty(out);
  }
  await remove(runningMark(out));
  await ensureDir(out);
  await record?.();
  await writeFile(keyFile, JSON.stringify(key));
}

/** make only looks at times: an object half-written when SIGKILL came would pass for finished. */
async function keepFinished(
  out: string,
  { startedMs }: { startedMs: number },
  onNote?: (note: string) => void,
): Promise<void> {
  const count = await removeUnfinished(out, startedMs);
  onNote?.(
    `the last build was killed while make ran: ${amount(count, 'complete file')} kept, the rest is made again`,
  );
}

interface Last {
  readonly key: Key;
  /** The present key of the directory, if it may be kept. */
  readonly known: Key | undefined;
  readonly killed: Awaited<ReturnType<typeof readMark>>;
}

async function examine(
  { program, make: { out, source } }: PrepareRequest,
  { key, known, killed }: Last,
  onNote?: (note: string) => void,
): Promise<State> {
  const isSame = known?.settings === key.settings;
  if (source.own) {
    const isKnown = isSame && known.path === key.path;
    if (!isKnown) return examineListed(out, source.path, source.own, undefined);
    // A killed make may have compiled what they were, and had no time to say so.
    const unsettled = typeof killed === 'object' ? touchedWhile(killed, source.path, source.own) : [];
    const state = unsettled.length === 0 ? await examineShortly(out, source.path, source.own) : undefined;
    return state ?? examineListed(out, source.path, source.own, unsettle(await readRecord(out), unsettled));
  }
  if (!isSame || known.identity === undefined) return { isKept: false };
  if (known.path === key.path && known.identity === key.identity) return { isKept: true };
  if (!program) return { isKept: false };
  // A half-moved directory is unusable.
  await remove(keyFileOf(out));
  const succession = { program: program.name, from: known.path, to: key.path };
  const remedy = await followSource(out, succession, onNote);
  return { isKept: remedy !== undefined, remedy };
}

/**
 * Goes by the differences between two states of the tree, without a list of its files.
 *
 * @returns undefined if the full list is needed: another index, a changed Makefile, or a change after which everything is made again
 */
async function examineShortly(out: string, path: string, own: OwnFiles): Promise<State | undefined> {
  const { state, selection } = own;
  const record = state && (await readShortRecord(out, own));
  const differences = record && compareStates(record.state, state);
  if (!differences) return undefined;
  const changes = { changed: [] as string[], added: [] as string[], deleted: [] as string[] };
  const since = new Map<string, string | null>();
  for (const [name, { was, is }] of differences) {
    if (!selection.has(name)) continue;
    if (MAKEFILE.test(name)) return undefined;
    since.set(name, is ?? null);
    changes[is === undefined ? 'deleted' : was === undefined ? 'added' : 'changed'].push(name);
  }
  const deleted = new Set(changes.deleted);
  const prepared = remedyFor(path, changes, record, (name) => !deleted.has(name));
  if (prepared.remedy.everything !== undefined) return undefined;
  return { isKept: true, ...prepared, record: () => amendRecord(out, record, { selection, state }, since) };
}

/** By the clocks of two file systems, which may differ: then more is made again, or a file that was touched in the first moments is missed. */
function touchedWhile({ startedMs }: { startedMs: number }, path: string, own: OwnFiles): string[] {
  return [...changeTimes(path, own)].filter(([, time]) => time >= startedMs).map(([name]) => name);
}

/** A record in which these files are neither what they are now nor what they were. */
function unsettle(record: SourceRecord | undefined, names: readonly string[]): SourceRecord | undefined {
  if (!record) return undefined;
  const [files, rules] = [new Map(record.files), new Map(record.rules)];
  for (const name of names.filter((one) => files.has(one))) {
    files.set(name, UNSETTLED);
    if (MAKEFILE.test(name)) rules.set(name, UNSETTLED);
  }
  return { ...record, files, rules };
}

async function examineListed(
  out: string,
  path: string,
  own: OwnFiles,
  known: SourceRecord | undefined,
): Promise<State> {
  const files = own.files();
  const rules = await readRules(path, files, known);
  const record = () => writeRecord(out, files, rules, own);
  if (!known) return { isKept: false, record };
  const changes = compareListings(known.files, files);
  const rulesChanged = (name: string) =>
    (rules.get(name) ?? NO_RULES) !== (known.rules.get(name) ?? NO_RULES);
  return {
    ...{ isKept: true, record },
    ...remedyFor(path, changes, known, (name) => files.has(name), rulesChanged),
  };
}

const keyFileOf = (out: string) => `${out}.key`;

function keyOf({ make: { arch, crossCompile, llvm, source }, tools }: PrepareRequest): Key {
  const settings = createHash('sha256')
    .update(JSON.stringify([arch, crossCompile, llvm, tools]))
    .digest('hex');
  return { settings, path: source.path, ...(source.own ? {} : { identity: source.identity }) };
}

/** @returns undefined for a directory that is new, or was made by another Bringup */
async function readKey(file: string): Promise<Key | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.startsWith('{') && text.endsWith('}') ? (JSON.parse(text) as Key) : undefined;
}

/** A killed build is continued only if the machine did not go down and the source is the same. */
function goesOn(killed: object | 'lost', known: Key, key: Key): Key | undefined {
  const isSame = known.path === key.path && known.identity === key.identity;
  return killed !== 'lost' && isSame ? known : undefined;
}

/** {@link SourceRecord.rules} of the source as it is now; only Makefiles that changed are read. */
async function readRules(
  path: string,
  files: TreeListing,
  record: SourceRecord | undefined,
): Promise<Map<string, string>> {
  const rules = new Map<string, string>();
  for (const [name, identity] of files) {
    if (!MAKEFILE.test(name)) continue;
    const known = record?.files.get(name) === identity ? record.rules.get(name) : undefined;
    rules.set(name, known ?? (await rulesDigestOf(place(Buffer.from(path), name))));
  }
  return rules;
}

/**
 * @param isThere whether a file of the record is still in the tree
 * @param rulesChanged as for `planRemedy`
 */
function remedyFor(
  path: string,
  changes: SourceChanges,
  known: Pick<SourceRecord, 'pending' | 'builtMs'>,
  isThere: (name: string) => boolean,
  rulesChanged: (name: string) => boolean = () => false,
): { readonly remedy: Remedy; readonly pending: SourceRecord['pending'] } {
  const root = Buffer.from(path);
  const timeOf = (name: string) => statSync(place(root, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const changed = new Set(changes.changed);
  const waiting = [...known.pending].filter(([name]) => isThere(name) && !changed.has(name));
  // They have an older time now and the same content: objects of their earlier content may look up to date.
  const datedBack = new Set(waiting.filter(([name, ms]) => timeOf(name) < ms).map(([name]) => name));
  const isOld = (name: string) => datedBack.has(name) || timeOf(name) <= known.builtMs;
  const remedy = planRemedy({ ...changes, changed: [...changed, ...datedBack] }, isOld, rulesChanged);
  const seen = [...changed].filter((name) => !MAKEFILE.test(name) && !isOld(name));
  const pending = new Map(waiting.filter(([name]) => !datedBack.has(name)));
  for (const name of seen) pending.set(name, timeOf(name));
  return { remedy, pending };
}

async function applyRemedy(
  { out, source }: Pick<MakeSetting, 'out' | 'source'>,
  remedy: Remedy | undefined,
  onNote?: (note: string) => void,
): Promise<void> {
  if (!remedy) return;
  // conf's headers depend on it (Makefile of the kernel); without it, make runs conf, which only touches what changed.
  if (remedy.reconfigure) await remove(join(out, 'include/config/auto.conf'));
  const { forgetNames, forgetFiles } = remedy;
  const [first, ...others] = [...forgetNames, ...forgetFiles];
  if (first === undefined || !(await pathExists(out))) return;
  const count = await removeDependents(out, {
    names: new Set(forgetNames.map((name) => basename(name))),
    files: forgetFiles.map((name) => place(Buffer.from(source.path), name).toString('latin1')),
  });
  if (count === 0) return;
  const files = others.length > 0 ? `${first} and ${others.length} more` : first;
  const targets =
    count === 1 ? 'the target that depends on it is' : `the ${count} targets that depend on it are`;
  onNote?.(`${files}: make would not notice the change, so ${targets} made again`);
}
