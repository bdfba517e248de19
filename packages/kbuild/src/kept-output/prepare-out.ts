import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ensureDir, pathExists, readFile, remove, writeFile } from 'fs-extra';
import type { MakeSetting } from '../make.js';
import { place, type OwnFiles, type TreeListing } from '../sources/index.js';
import type { ToolVersions } from '../toolchain.js';
import { MAKEFILE } from '../tree-file-kinds.js';
import { removeDependents } from './dependents.js';
import { NO_RULES, rulesDigestOf } from './makefile-rules.js';
import { runningMark } from './paths.js';
import { compareListings, planRemedy, type Remedy } from './source-changes.js';
import { readRecord, recordEmpty, writeRecord, type SourceRecord } from './source-record.js';
import { removeUnfinished } from './unfinished.js';
import { readMark } from './while-make-runs.js';

type Prepared = Pick<MakeSetting, 'arch' | 'crossCompile' | 'llvm' | 'source' | 'out'>;

/**
 * Makes the output directory ready for make, which goes by times of files alone: what is in it afterwards is either made from
 * the source as it is now, or make will see that it is not.
 *
 * @param onNote is called with the reason when more is made again than make would by itself
 */
export async function prepareOut(
  { make, tools }: { make: Prepared; tools: ToolVersions },
  onNote?: (note: string) => void,
): Promise<void> {
  const { out, source } = make;
  const keyFile = `${out}.key`;
  const key = keyOf(make, tools);
  const isKept = (await readFile(keyFile, 'utf8').catch(() => undefined)) === key;
  const own =
    source.own && (await examine(source.path, source.own, isKept ? await readRecord(out) : undefined));
  const killed = await readMark(out);
  const reason = killed === 'lost' ? 'the last build was cut off' : own?.remedy?.everything;
  if (reason !== undefined) onNote?.(`${reason}: starting afresh`);
  if (isKept && reason === undefined && (!own || own.remedy !== undefined)) {
    if (typeof killed === 'object') await keepFinished(out, killed, onNote);
    await applyRemedy(out, own?.remedy, onNote);
  } else {
    await remove(keyFile);
    await remove(out);
    // Nothing may be kept yet: the configuration came from a cache, or was cleaned away.
    await ensureDir(out);
    await recordEmpty(out);
  }
  await remove(runningMark(out));
  await ensureDir(out);
  if (own) await writeRecord(out, own.files, own.rules);
  await writeFile(keyFile, key);
}

/** make only looks at times: an object half-written when SIGKILL came would pass for finished. */
async function keepFinished(
  out: string,
  { startedMs }: { startedMs: number },
  onNote?: (note: string) => void,
): Promise<void> {
  const count = await removeUnfinished(out, startedMs);
  onNote?.(
    `the last build was killed while make ran: ${count} files of it are whole and kept, the others are made again`,
  );
}

/** What a user's own source is now, and what its changes since the last build need; undefined without a record of that build. */
async function examine(
  path: string,
  own: OwnFiles,
  record: SourceRecord | undefined,
): Promise<{ files: TreeListing; rules: Map<string, string>; remedy: Remedy | undefined }> {
  const files = own.files();
  const rules = await readRules(path, files, record);
  return { files, rules, remedy: record && remedyFor(path, files, record, rules) };
}

/** A tree in the store never changes, so that its identity is part of the key. */
function keyOf({ arch, crossCompile, llvm, source }: Prepared, tools: ToolVersions): string {
  const identity = source.own ? 'own' : source.identity;
  return createHash('sha256')
    .update(JSON.stringify([arch, crossCompile, llvm, source.path, identity, tools]))
    .digest('hex');
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

function remedyFor(
  path: string,
  files: TreeListing,
  record: SourceRecord,
  rules: ReadonlyMap<string, string>,
): Remedy {
  const root = Buffer.from(path);
  return planRemedy(
    compareListings(record.files, files),
    (name) => (statSync(place(root, name), { throwIfNoEntry: false })?.mtimeMs ?? 0) <= record.builtMs,
    (name) => (rules.get(name) ?? NO_RULES) !== (record.rules.get(name) ?? NO_RULES),
  );
}

async function applyRemedy(
  out: string,
  remedy: Remedy | undefined,
  onNote?: (note: string) => void,
): Promise<void> {
  if (!remedy) return;
  // conf's headers depend on it (Makefile of the kernel); without it, make runs conf, which only touches what changed.
  if (remedy.reconfigure) await remove(join(out, 'include/config/auto.conf'));
  const [first, ...others] = remedy.forget;
  if (first === undefined || !(await pathExists(out))) return;
  const count = await removeDependents(out, new Set(remedy.forget.map((name) => basename(name))));
  if (count === 0) return;
  const files = others.length > 0 ? `${first} and ${others.length} more` : first;
  const targets =
    count === 1 ? 'the target that depends on it is' : `the ${count} targets that depend on it are`;
  onNote?.(`${files}: make would not notice the change, so ${targets} made again`);
}
