import { createHash } from 'node:crypto';
import { UserError } from '@bringup/process';
import type { LockedSource } from '../sources/model.js';

export const LOCK_NAME = 'bringup.lock.json';
export const LOCK_VERSION = 1;

/** Which bytes, made by which tools: the content of `bringup.lock.json`. Its keys have no dots: see {@link lockField}. */
export interface LockFile {
  version: 1;
  /** By project: see {@link sourceField}. */
  sources: Record<string, LockedSource>;
  /** By tool: the line by which it names its version. */
  tools: Record<string, string>;
}

/** The key of a name in the lock. Nx reads fields of a JSON file by dotted path, so a dot would cut the name in two. */
export function lockField(name: string): string {
  return name.replace(/[^A-Za-z0-9_@/+-]/g, '_');
}

/** The key of a project's source. Where {@link lockField} replaces something, a digest tells `kernel.v2` from `kernel_v2`. */
export function sourceField(project: string): string {
  const field = lockField(project);
  return field === project
    ? field
    : `${field}-${createHash('sha256').update(project).digest('hex').slice(0, 8)}`;
}

/** The lock as its file has it: sorted keys, so that merges conflict only where they must. */
export function formatLock(lock: LockFile): string {
  const sort = (_key: string, value: unknown): unknown => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return `${JSON.stringify(lock, sort, 2)}\n`;
}

/**
 * Reads the text of a lock.
 *
 * @throws UserError `LOCK_INVALID`, naming the line
 */
export function parseLock(text: string, file = LOCK_NAME): LockFile {
  const fail = (message: string, line = 1): never => {
    throw new UserError('LOCK_INVALID', `${file}:${line}: ${message}`, { file, line });
  };
  const marker = text.split('\n').findIndex((line) => /^(<{7}|={7}|>{7}|\|{7})( |\r?$)/.test(line));
  if (marker >= 0)
    fail(
      'has the conflict of a merge in it. Take either side, then run the "update" target of what both changed.',
      marker + 1,
    );
  let lock: Partial<LockFile> | null;
  try {
    lock = JSON.parse(text) as Partial<LockFile> | null;
  } catch (error) {
    return fail(
      `is not JSON: ${(error as Error).message}. Restore it from version control, or remove it and run the "update" targets.`,
      lineOfError(text),
    );
  }
  const isRecord = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!lock || !isRecord(lock)) return fail('is not an object');
  if (lock.version !== LOCK_VERSION)
    fail(
      `has version ${String(lock.version)}, but this Bringup reads version ${LOCK_VERSION}: use the Bringup that wrote it`,
      lineOf(text, 1, 'version'),
    );
  for (const part of ['sources', 'tools'] as const)
    if (!isRecord(lock[part])) fail(`"${part}" is not an object`, lineOf(text, 1, part));
  for (const [name, source] of Object.entries(lock.sources!)) {
    if (!isRecord(source)) fail(`the source of ${name} is not an object`, lineOf(text, 2, name));
    const [what, id, digits] =
      source.kind === 'git'
        ? ['commit', source.commit, /^([0-9a-f]{40}|[0-9a-f]{64})$/]
        : ['sha256', source.sha256, /^[0-9a-f]{64}$/];
    if (!digits.test(id)) fail(`the source of ${name} has no ${what}`, lineOf(text, 2, name));
  }
  for (const [name, version] of Object.entries(lock.tools!)) {
    if (typeof version !== 'string') fail(`the version of ${name} is not a string`, lineOf(text, 2, name));
  }
  return lock as LockFile;
}

/** The line of a key in a file that is formatted as we do; 1 in any other. */
function lineOf(text: string, depth: number, key: string): number {
  const start = `${'  '.repeat(depth)}${JSON.stringify(key)}:`;
  return Math.max(1, text.split('\n').findIndex((line) => line.startsWith(start)) + 1);
}

/** The first line whose end no valid JSON could have been continued from; V8 tells a position only sometimes. */
function lineOfError(text: string): number {
  const lines = text.trimEnd().split('\n');
  const isBad = (end: number) => {
    const start = lines.slice(0, end).join('\n');
    try {
      JSON.parse(start);
      return false;
    } catch (error) {
      const { message } = error as Error;
      const position = Number(/position (\d+)/.exec(message)?.[1] ?? -1);
      return !/end of JSON/.test(message) && position < start.length;
    }
  };
  // More lines do not mend what is wrong, so the first bad one is found by halves: each try parses all before it.
  let [good, bad] = [0, lines.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isBad(middle)) bad = middle;
    else good = middle;
  }
  return bad;
}
