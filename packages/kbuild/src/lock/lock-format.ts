import { UserError } from '@bringup/process';
import type { LockedSource } from '../sources/model.js';

/** The directory in the workspace's root that holds the lock: one file for each entry. */
export const LOCK_NAME = 'bringup.lock';
/** The single file that was the lock before it became a directory. */
export const OLD_LOCK_NAME = 'bringup.lock.json';
/** The form of the directory, which its file `version` names. 1 was a single file. */
const LOCK_VERSION = 2;

/** Which bytes, made by which tools: the content of `bringup.lock`. Keys of both records: see {@link lockField}. */
export interface LockFile {
  /** By project. */
  sources: Record<string, LockedSource>;
  /** By tool: the line by which it names its version. */
  tools: Record<string, string>;
}

type LockPart = keyof LockFile;

/** The endings of a part's files. With them no entry can be called `project.json` or `package.json`. */
const SUFFIXES: Readonly<Record<LockPart, string>> = { sources: '.lock.json', tools: '.txt' };

/**
 * The key of a name in the lock, which is also the name of its file. Two names never share a key, the file stays below its
 * directory, and Nx never reads the name as a glob.
 */
export function lockField(name: string): string {
  const escape = (character: string) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join('');
  return name
    .split('/')
    .map((part) => part.replace(/[^A-Za-z0-9._@+-]/gu, escape).replace(/^\./, escape) || '%')
    .join('/');
}

/** The file of an entry, relative to the workspace root, with `/`. */
export function lockEntryPath(part: LockPart, name: string): string {
  return `${LOCK_NAME}/${part}/${lockField(name)}${SUFFIXES[part]}`;
}

/** The files of a lock, relative to its directory, with their texts. The same content has the same text. */
export function formatLock(lock: LockFile): Record<string, string> {
  const sort = (_key: string, value: unknown): unknown => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return Object.fromEntries([
    ['version', `${LOCK_VERSION}\n`],
    ...Object.entries(lock.sources).map(([key, source]) => [
      `sources/${key}${SUFFIXES.sources}`,
      `${JSON.stringify(source, sort, 2)}\n`,
    ]),
    ...Object.entries(lock.tools).map(([key, line]) => [`tools/${key}${SUFFIXES.tools}`, `${line}\n`]),
  ]);
}

/**
 * Reads a lock from its files.
 *
 * @param files by path relative to the lock's directory; files with other names are ignored
 * @throws UserError `LOCK_INVALID`, naming file and line
 */
export function parseLock(files: Readonly<Record<string, string>>, directory = LOCK_NAME): LockFile {
  const version = files.version?.trim() ?? String(LOCK_VERSION);
  if (version !== String(LOCK_VERSION))
    fail(
      `${directory}/version`,
      `is "${version}", but this Bringup reads version ${LOCK_VERSION}. Use the Bringup that wrote it`,
    );
  const lock: LockFile = { sources: {}, tools: {} };
  for (const [path, text] of Object.entries(files)) {
    const part = (['sources', 'tools'] as const).find((name) => isEntry(path, name));
    if (part === undefined) continue;
    const file = `${directory}/${path}`;
    refuseConflict(file, text);
    const key = path.slice(part.length + 1, -SUFFIXES[part].length);
    if (part === 'sources') lock.sources[key] = parseSource(file, text);
    else lock.tools[key] = parseTool(file, text);
  }
  return lock;
}

function isEntry(path: string, part: LockPart): boolean {
  return path.startsWith(`${part}/`) && path.endsWith(SUFFIXES[part]);
}

function fail(file: string, message: string, line = 1): never {
  throw new UserError('LOCK_INVALID', `${file}:${line}: ${message}`, { file, line });
}

function refuseConflict(file: string, text: string): void {
  const marker = text.split('\n').findIndex((line) => /^(<{7}|={7}|>{7}|\|{7})( |\r?$)/.test(line));
  if (marker < 0) return;
  fail(
    file,
    'has a merge conflict. Take either side, then run the "update" target of its project',
    marker + 1,
  );
}

function parseTool(file: string, text: string): string {
  const line = text.replace(/\r?\n$/, '');
  if (line.trim() === '' || /[\r\n]/.test(line))
    fail(file, `is not one line. ${RESTORE}`, line.trim() === '' ? 1 : 2);
  return line;
}

const RESTORE = 'Restore it from version control, or remove it and run the "update" targets';

function parseSource(file: string, text: string): LockedSource {
  let source: LockedSource;
  try {
    source = JSON.parse(text) as LockedSource;
  } catch (error) {
    fail(file, `is not JSON: ${(error as Error).message}. ${RESTORE}`, lineOfError(text));
  }
  if (typeof source !== 'object' || source === null || Array.isArray(source))
    fail(file, `is not an object. ${RESTORE}`);
  const [what, id, digits] =
    source.kind === 'git'
      ? ['commit', source.commit, /^([0-9a-f]{40}|[0-9a-f]{64})$/]
      : ['sha256', source.sha256, /^[0-9a-f]{64}$/];
  if (!digits.test(id)) fail(file, `has no ${what}. ${RESTORE}`);
  return source;
}

/** The first line whose end no valid JSON could have been continued from; V8 tells a position only sometimes. */
function lineOfError(text: string): number {
  const lines = text.trimEnd().split('\n');
  const isBad = (count: number): boolean => {
    const start = lines.slice(0, count).join('\n');
    try {
      JSON.parse(start);
      return false;
    } catch (error) {
      const { message } = error as Error;
      const position = Number(/position (\d+)/.exec(message)?.[1] ?? -1);
      return !/end of JSON/.test(message) && position < start.length;
    }
  };
  // A text stays invalid when lines follow, so bisection finds the first bad line: each try parses the lines before it.
  let [good, bad] = [0, lines.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isBad(middle)) bad = middle;
    else good = middle;
  }
  return bad;
}
