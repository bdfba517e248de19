import { randomBytes } from 'node:crypto';
import { closeSync, constants, existsSync, fstatSync, openSync, statSync } from 'node:fs';
import { readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { shareFlock, tryFlock } from './flock.js';
import { holdDescriptor } from './lock-descriptors.js';
import { ownerFile } from './lock-owner.js';
import { acquireLock, lockFile, lockHolder, tryLock, type HeldLock, type LockOptions } from './lock.js';
import { ownDirectory, releaseDirectory } from './reaper.js';
import { removeTree } from './remove-tree.js';

/** The name of a directory whose removal was killed together with its reaper. */
const REMOVED = /^\.removed-[0-9a-f]{12}$/;

interface RemoveOptions extends LockOptions {
  /** Wait for the processes that hold the locks, instead of leaving the directory alone. */
  wait: boolean;
  /** Names in the directory that have locks of their own, whether these exist yet or not. */
  inner: readonly string[];
}

/**
 * Removes a directory that the lock on its path protects, with the lock's own files. Under the locks it is only renamed, so a
 * process that gets a lock next finds either all of it or none of it.
 *
 * @returns the process that holds a lock, in words, when the directory was left alone because of it
 * @throws as `acquireLock`
 */
export async function removeLockedDirectory(
  path: string,
  options: RemoveOptions,
): Promise<string | undefined> {
  const locks: HeldLock[] = [];
  const aside = join(dirname(path), `.removed-${randomBytes(6).toString('hex')}`);
  ownDirectory(aside);
  try {
    const holder = await lockAll(path, options, locks);
    if (holder !== undefined) return holder;
    if (existsSync(path)) await rename(path, aside);
    // The record first: once the file is gone, another process can make one of its own and write its record.
    await rm(ownerFile(path), { force: true });
    await rm(lockFile(path), { force: true });
  } finally {
    for (const lock of locks.reverse()) await lock.release();
    await removeOwned(aside);
  }
  return undefined;
}

async function removeOwned(aside: string): Promise<void> {
  try {
    await removeTree(aside);
  } finally {
    releaseDirectory(aside);
  }
}

async function lockAll(path: string, options: RemoveOptions, locks: HeldLock[]): Promise<string | undefined> {
  const take = async (locked: string): Promise<string | undefined> => {
    const lock = options.wait ? await acquireLock(locked, options) : await tryLock(locked, options.purpose);
    if (!lock) return lockHolder(locked);
    locks.push(lock);
    return undefined;
  };
  const holder = await take(path);
  if (holder !== undefined || !existsSync(path)) return holder;
  for (const name of options.inner) {
    const inner = await take(join(path, name));
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** Removes a directory and what killed removals left in it, when nothing else is in it. */
export async function removeEmptied(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((one) => REMOVED.test(one))) await removeTree(join(directory, name));
  await rmdir(directory).catch(() => undefined); // Another process has put something there.
}

/** Whether a name in a directory is what a killed removal left. */
export function isRemovalLeftover(name: string): boolean {
  return REMOVED.test(name);
}

/**
 * The process that holds the lock on `path`, in words; undefined when it is free, or this user must not take it. Changes nothing.
 *
 * @throws ToolError `LOCK_FAILED`
 */
export async function findLockHolder(path: string): Promise<string | undefined> {
  let descriptor: number;
  try {
    // For writing, and only where it exists: see lock.ts.
    descriptor = openSync(lockFile(path), 'r+');
  } catch {
    return undefined;
  }
  try {
    return (await tryFlock(descriptor, path)) ? undefined : await lockHolder(path);
  } finally {
    closeSync(descriptor);
  }
}

/** Directories that this process keeps from removal. */
const kept = new Map<string, number>();

/**
 * Keeps a directory that others may remove by {@link removeUnused} from being removed as long as this process runs, and the
 * programs that it starts from now on. Needs no permission to write there. A file system without locks keeps nothing.
 *
 * @returns false when there is no such directory, or no longer
 */
export async function keepInUse(path: string): Promise<boolean> {
  const known = kept.get(path);
  if (known !== undefined && isAt(path, known)) return true;
  let descriptor: number | undefined;
  try {
    descriptor = openDirectory(path);
  } catch {
    return true; // Its user reports why it cannot be read.
  }
  if (descriptor === undefined) return false;
  // Without a lock it is used as before there was anything that removes it.
  await shareFlock(descriptor, path).catch(() => undefined);
  if (!isAt(path, descriptor)) {
    closeSync(descriptor);
    return false;
  }
  kept.set(path, descriptor);
  holdDescriptor(descriptor);
  return true;
}

/**
 * Removes a directory unless a process uses it, see {@link keepInUse}.
 *
 * @param aside where it is renamed to first, on the same file system
 * @returns whether it was removed
 * @throws ToolError `LOCK_FAILED` where the file system has no locks
 */
export async function removeUnused(path: string, aside: string): Promise<boolean> {
  const descriptor = openDirectory(path);
  if (descriptor === undefined) return true;
  ownDirectory(aside);
  try {
    if (!(await tryFlock(descriptor, path))) return false;
    await rename(path, aside);
  } finally {
    closeSync(descriptor);
    await removeOwned(aside);
  }
  return true;
}

/** Whether a process uses a directory, see {@link keepInUse}. */
export async function isInUse(path: string): Promise<boolean> {
  const descriptor = openDirectory(path);
  if (descriptor === undefined) return false;
  try {
    return !(await tryFlock(descriptor, path));
  } finally {
    closeSync(descriptor);
  }
}

function openDirectory(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAt(path: string, descriptor: number): boolean {
  const [there, held] = [statSync(path, { throwIfNoEntry: false }), fstatSync(descriptor)];
  return there?.ino === held.ino && there.dev === held.dev;
}
