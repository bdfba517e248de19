import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './alive.js';
import { ToolError } from './errors.js';
import { describeDiskError, isNoSpace, noSpaceError } from './no-space.js';
import { pidNamespace } from './process-identity.js';
import { ownDirectory, releaseDirectory } from './reaper.js';

/** Like `rm -rf`. */
const REMOVED = { recursive: true, force: true };

/** The namespace of our process ids: two containers or hosts that share a directory may have equal ids. */
const PLACE = createHash('sha256').update(`${hostname()} ${pidNamespace()}`).digest('hex').slice(0, 8);

/** Where a file is written before it is renamed to `path`: beside it, so that the rename is atomic. */
function asidePath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${PLACE}.tmp`);
}

/** Removes files that killed processes of this namespace left beside `path`. */
async function removeAbandoned(path: string): Promise<void> {
  const [start, end] = [`.${basename(path)}.`, `-${PLACE}.tmp`];
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(start) || !name.endsWith(end)) continue;
    const pid = name.slice(start.length, -end.length);
    if (/^\d+$/.test(pid) && !isAlive(Number(pid))) await rm(join(dirname(path), name), { force: true });
  }
}

/** A file, and the function that writes it to the path that it gets. */
export interface AsideWrite {
  path: string;
  write: (aside: string) => Promise<void>;
}

/**
 * Lets `write` make the file somewhere aside, then renames it to `path`: a reader sees the old file or the
 * new one, never half of it, whatever happens.
 *
 * @throws ToolError `NO_SPACE` when the disk is full
 */
export async function writeAside(path: string, write: AsideWrite['write']): Promise<void> {
  await writeAllAside([{ path, write }]);
}

/**
 * {@link writeAside} for files that belong together. No file is renamed before all are complete, so a failure leaves all of
 * them unchanged. They are renamed in order.
 *
 * @param commit called when nothing but the renames is left to do
 */
export async function writeAllAside(
  writes: readonly AsideWrite[],
  commit: () => Promise<void> = async () => undefined,
): Promise<void> {
  const begun: string[] = [];
  for (const { path, write } of writes) {
    try {
      await mkdir(dirname(path), { recursive: true });
      await removeAbandoned(path);
      begun.push(asidePath(path));
      await write(asidePath(path));
    } catch (error) {
      await Promise.all(begun.map((aside) => rm(aside, REMOVED)));
      throw describeDiskError(error, path);
    }
  }
  try {
    await commit();
  } catch (error) {
    await Promise.all(begun.map((aside) => rm(aside, REMOVED)));
    throw describeDiskError(error, begun[0] ?? '');
  }
  for (const { path } of writes) await rename(asidePath(path), path);
}

/** {@link writeAside} for content in memory. */
export async function writeFileAside(path: string, content: string | Uint8Array): Promise<void> {
  await writeAside(path, (aside) => writeSynced(aside, content));
}

/** A file whose content is on the disk before it is renamed. */
export async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The operations that a host refuses, by errno, and what to do next. Any other error is a bug and keeps its stack. */
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied (EACCES). Grant this user write permission, or choose another directory',
  EPERM: 'operation not permitted (EPERM). Grant this user write permission, or choose another directory',
  EROFS: 'the file system is read-only (EROFS). Choose a writable directory',
  EEXIST: 'a file is already there, but a directory is needed (EEXIST). Move the file, or remove it',
  ENOTDIR:
    'a part of this path is not a directory, but a file, or a symbolic link that leads nowhere (ENOTDIR). Move it, or remove it',
  EISDIR: 'a directory is already there, but a file is needed (EISDIR). Move the directory, or remove it',
  ELOOP: 'symbolic links in this path lead in a circle (ELOOP). Correct one of them',
  ENAMETOOLONG: 'the path is too long (ENAMETOOLONG). Shorten a name in it',
};

/** Turns a refusal of the host (disk full, no permission) into an error for people; passes everything else on. */
export function describeHostError(error: unknown): unknown {
  const { code, syscall, ...places } = (error ?? {}) as Partial<
    Record<'code' | 'syscall' | 'path' | 'dest', string>
  >;
  const path = places.dest ?? places.path;
  if (code === undefined || syscall === undefined) return error;
  if (isNoSpace(code)) return noSpaceError(path === undefined ? undefined : dirname(path), error);
  const refusal = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
  // Only mkdir(2) needs a directory: any other call that finds a file is a bug.
  const isBug = code === 'EEXIST' && syscall !== 'mkdir';
  if (refusal === undefined || path === undefined || isBug) return error;
  return new ToolError('HOST_REFUSES', `${path}: ${refusal}`, { path, code }, error);
}

/** The sha256 of a file's content, as 64 hex digits. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Runs `work` with a fresh directory that is gone afterwards, also when this process is killed. */
export async function withTemporaryDirectory<T>(
  purpose: string,
  work: (directory: string) => Promise<T>,
  parent: string = tmpdir(),
): Promise<T> {
  await mkdir(parent, { recursive: true });
  const directory = await mkdtemp(join(parent, `bringup-${purpose}-`));
  ownDirectory(directory);
  try {
    return await work(directory);
  } finally {
    await rm(directory, REMOVED);
    releaseDirectory(directory);
  }
}
