import { lstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { mkdtemp, readdir, remove, rename } from 'fs-extra';
import {
  identifyProcess,
  ownDirectory,
  pidNamespace,
  releaseDirectory,
  UserError,
  type ProcessIdentity,
} from '@bringup/process';
import {
  isAbandoned,
  isUp,
  readRecord,
  writeRecord,
  type Run,
  type RunKind,
  type RunRecord,
  type RunSubject,
} from './run-record.js';

/** sizeof(sun_path) on Linux is 108 with the terminating zero (unix(7)). */
const SOCKET_PATH_LIMIT = 107;
const PREFIX = 'bringup-qemu-';
/** The longest path that mkdtemp and a file's name add to the parent directory. */
const RUN_PATH = `/${PREFIX}XXXXXX/console`;
/** A directory that has no record yet; its name ends with its maker, see {@link makerName}. */
const MAKING = 'bringup-making-';

/** Files of a run that QEMU makes. */
export interface RunPaths {
  runDirectory: string;
  /** Socket of the machine protocol. */
  qmpSocket: string;
  /** Everything that the first serial port sent. */
  consoleLog: string;
  /** Socket of a detached run's first serial port and monitor. */
  consoleSocket: string;
  /** Socket of the gdb stub of a run that is debugged. */
  gdbSocket: string;
}

export function pathsOf(directory: string): RunPaths {
  return {
    runDirectory: directory,
    qmpSocket: join(directory, 'qmp'),
    consoleLog: join(directory, 'console.log'),
    consoleSocket: join(directory, 'console'),
    gdbSocket: join(directory, 'gdb'),
  };
}

/**
 * Where runs have their directories: XDG_RUNTIME_DIR when it is ours, else the directory for temporary files; the next
 * of them when a socket's path below it would be too long. Each run's directory is its user's alone (mkdtemp).
 */
export function runsParent(
  environment: NodeJS.ProcessEnv = process.env,
  temporary: string = tmpdir(),
): string {
  const given = environment.XDG_RUNTIME_DIR ?? '';
  const candidates = [...(isAbsolute(given) && isOurs(given) ? [given] : []), temporary];
  return candidates.find((parent) => Buffer.byteLength(parent + RUN_PATH) <= SOCKET_PATH_LIMIT) ?? '/tmp';
}

function isOurs(directory: string): boolean {
  try {
    const stat = lstatSync(directory);
    return stat.isDirectory() && stat.uid === process.getuid?.();
  } catch {
    return false;
  }
}

/**
 * Makes the directory of a new run, once leftovers of killed runs are gone. It is removed when this process dies.
 *
 * @throws UserError `RUN_DIRECTORY` where none can be made
 */
export async function createRun(
  kind: RunKind,
  subject: Partial<RunSubject> = {},
  parent: string = runsParent(),
): Promise<Run> {
  await sweep(parent);
  const owner = identifyProcess(process.pid)!;
  const making = await mkdtemp(join(parent, `${MAKING}${makerName(owner)}-`)).catch((error: Error) => {
    const message =
      `cannot make a directory for this run below ${parent}: ${error.message}. ` +
      'Let XDG_RUNTIME_DIR or TMPDIR name a directory that this user can write to';
    throw new UserError('RUN_DIRECTORY', message, { parent }, error);
  });
  const id = making.slice(-6);
  const directory = join(parent, `${PREFIX}${id}`);
  ownDirectory(making);
  ownDirectory(directory);
  const startedAt = new Date().toISOString();
  const record: RunRecord = {
    ...{ version: 1, id, kind, ...subject, startedAt, namespace: pidNamespace(), owner },
    ...{ argv: [], forwards: [] },
  };
  await writeRecord(making, record);
  // A sweep sees it either with its record, or under the name of an unfinished one.
  await rename(making, directory);
  releaseDirectory(making);
  return { directory, record };
}

/** A process and the namespace of its pid, as a part of a file's name. */
function makerName({ pid, started }: ProcessIdentity): string {
  return [pid, started.split(':').pop(), pidNamespace().replace(/\D/g, '')].join('-');
}

/** Runs `work` with a run's directory, gone afterwards. */
export async function withRun<T>(
  kind: RunKind,
  subject: Partial<RunSubject> | undefined,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const run = await createRun(kind, subject);
  try {
    return await work(run);
  } finally {
    await remove(run.directory);
    releaseDirectory(run.directory);
  }
}

/** Every run of this user whose QEMU is there, oldest first; leftovers are removed on the way. */
export async function listRuns(parent: string = runsParent()): Promise<Run[]> {
  const runs = await sweep(parent);
  return runs
    .filter(({ record }) => isUp(record))
    .sort((a, b) => a.record.startedAt.localeCompare(b.record.startedAt));
}

/** Removes what killed runs left; gives the runs that are in use. Directories of other users are not looked into. */
async function sweep(parent: string): Promise<Run[]> {
  const names = await readdir(parent).catch(() => [] as string[]);
  for (const name of names.filter((made) => made.startsWith(MAKING)))
    if (isOurs(join(parent, name)) && isUnfinished(name)) await remove(join(parent, name));
  const directories = names.filter((name) => name.startsWith(PREFIX)).map((name) => join(parent, name));
  const runs: Run[] = [];
  for (const directory of directories.filter(isOurs)) {
    const record = await readUsed(directory).catch(() => 'elsewhere' as const);
    if (record === undefined) await remove(directory);
    else if (record !== 'elsewhere') runs.push({ directory, record });
  }
  return runs;
}

/**
 * The record of a directory that is in use.
 *
 * A record whose owner has ended is read once more, and only the second one counts: a detached run's starter names the keeper as the owner and
 * then exits. Any amount of time may pass between reading a record and looking for its owner, but a record that is read after its owner
 * has ended no longer changes hands.
 *
 * @returns undefined for a leftover; `elsewhere` where its processes cannot be looked up from here
 * @throws any read error except ENOENT
 */
async function readUsed(directory: string): Promise<RunRecord | 'elsewhere' | undefined> {
  const record = await readRecord(directory);
  if (!record) return undefined;
  if (record.namespace !== pidNamespace()) return 'elsewhere';
  if (!isAbandoned(record)) return record;
  const last = await readRecord(directory);
  return last && !isAbandoned(last) ? last : undefined;
}

/** Whether the maker of a directory was killed before it wrote the record. */
function isUnfinished(name: string): boolean {
  const [pid, started, namespace] = name.slice(MAKING.length).split('-');
  if (namespace !== pidNamespace().replace(/\D/g, '')) return false;
  try {
    return identifyProcess(Number(pid))?.started.endsWith(`:${started}`) !== true;
  } catch {
    return false; // It cannot be looked up, so its maker may be there.
  }
}
