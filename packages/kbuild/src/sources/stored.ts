import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathExists, readdir, remove, stat } from 'fs-extra';
import { diskUsage, findLockHolder, isInUse, removeTree, removeUnused, tryLock } from '@bringup/process';
import { KCONFIG_PROGRAMS } from '../programs/programs.js';
import { readTreeVersion } from '../programs/tree-version.js';
import type { SourceContext } from './model.js';
import { usedMark } from './store.js';

/**
 * The store has the trees of sources, the remains of killed downloads, and, for each source directory of a user, a record that
 * recognises its unchanged files.
 */
export type StoredKind = 'source' | 'leftover' | 'record';

/** One thing in the store. */
export interface Stored {
  readonly kind: StoredKind;
  readonly path: string;
  /** A source's first 32 digits of identity. */
  readonly id: string;
  /** A title for people: `Linux kernel 6.1.170`. */
  readonly title: string;
  /** On the disk. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly usedMs: number;
  /** A running process uses it. */
  readonly inUse: boolean;
}

type Store = Pick<SourceContext, 'home'>;

/** Everything in the store that can be fetched or made again; nothing where there is no store. */
export async function listStored(store: Store): Promise<Stored[]> {
  const { home } = store;
  const sources = await namesIn(join(home, 'sources'));
  const downloads = await namesIn(join(home, 'downloads'));
  const records = await namesIn(join(home, 'trees'));
  const found = [
    ...sources.filter((name) => !name.startsWith('.')).map((name) => describeSource(name, store)),
    ...sources
      .filter((name) => name.startsWith('.'))
      .map((name) => describeLeftover(join(home, 'sources', name), name.slice(1, 33), store)),
    ...downloads.map((name) => describeLeftover(join(home, 'downloads', name), name.slice(0, 32), store)),
    ...records.map((name) => describeRecord(join(home, 'trees', name))),
  ];
  return (await Promise.all(found)).filter((one) => one !== undefined);
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

async function describeSource(id: string, store: Store): Promise<Stored | undefined> {
  const path = join(store.home, 'sources', id);
  const fetched = await stat(path).catch(() => undefined);
  if (!fetched) return undefined;
  const used = await stat(usedMark(id, store)).catch(() => undefined);
  return {
    ...{ kind: 'source', path, id, title: await titleOf(path) },
    bytes: await diskUsage(path),
    // Archives date the tree itself; it got its place when its inode last changed.
    usedMs: used?.mtimeMs ?? fetched.ctimeMs,
    // A file system without locks is an error of the removal, and not of a list.
    inUse: await isInUse(path).catch(() => false),
  };
}

async function describeLeftover(path: string, id: string, store: Store): Promise<Stored | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  return {
    ...{ kind: 'leftover', path, id, title: 'unfinished download' },
    bytes: await diskUsage(path),
    usedMs: found.ctimeMs,
    inUse: (await findLockHolder(lockOf(id, store))) !== undefined,
  };
}

/** A source that is being fetched has this lock, and uses its downloads. */
function lockOf(id: string, { home }: Store): string {
  return join(home, 'locks', id);
}

async function describeRecord(path: string): Promise<Stored | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  const title = "record of a source directory's files";
  const bytes = await diskUsage(path);
  return { kind: 'record', path, id: '', title, bytes, usedMs: found.mtimeMs, inUse: false };
}

/** The program that a tree is the source of, with the version that its Makefile names. */
async function titleOf(tree: string): Promise<string> {
  // U-Boot also has all that marks a kernel for architectures of the same name.
  for (const program of [KCONFIG_PROGRAMS.busybox, KCONFIG_PROGRAMS['u-boot'], KCONFIG_PROGRAMS.kernel]) {
    const marks = await Promise.all(program.marks('x86_64').map((mark) => pathExists(join(tree, mark))));
    if (!marks.every(Boolean)) continue;
    const version = await readTreeVersion(tree);
    return version === undefined ? program.title : `${program.title} ${version}`;
  }
  return 'source';
}

/**
 * Removes one thing from the store, unless a running process uses it.
 *
 * @returns whether it was removed
 * @throws ToolError `LOCK_FAILED`
 */
export async function removeStored({ kind, path, id }: Stored, store: Store): Promise<boolean> {
  if (kind === 'record') {
    await remove(path);
    return true;
  }
  const lock = await tryLock(lockOf(id, store), 'pruning the store');
  if (!lock) return false;
  try {
    if (kind === 'leftover') {
      await removeTree(path);
      return true;
    }
    const aside = join(store.home, 'sources', `.${id}.${randomBytes(6).toString('hex')}.unpack`);
    const removed = await removeUnused(path, aside);
    if (removed) await remove(usedMark(id, store));
    return removed;
  } finally {
    await lock.release();
  }
}
