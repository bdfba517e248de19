import { closeSync, existsSync, fstatSync, openSync, realpathSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ToolError } from './errors.js';
import { releaseFlock, tryFlock, waitForFlock } from './flock.js';
import { dropDescriptor, holdDescriptor } from './lock-descriptors.js';
import { claim, describeSelf, disclaim, readOwner, reassign, type LockOwner } from './lock-owner.js';
import { announceWait, describeHolder } from './lock-wait.js';
import type { ProcessIdentity } from './process-identity.js';

/** How often we look at the record of an owner on another kernel. */
const FOREIGN_MS = 500;

/** How often a lock's directory is made again before its absence is an error. */
const OPENINGS = 20;

export interface LockOptions {
  /** The work, in words that follow "which is": `updating the package lists`. */
  purpose: string;
  /** Called once, when somebody else holds the lock, with a sentence that says who, why, and how to end the wait. */
  onWait?: (message: string) => void;
  signal?: AbortSignal;
}

/** A lock of this process, and of the programs that it started since. */
export interface HeldLock {
  /** The open file that has the lock: a program that inherits it holds the lock too. */
  readonly descriptor: number;
  /** Releases the lock, unless other programs keep it; never rejects. */
  release(): Promise<void>;
  /** Leaves the lock to the programs that inherited the descriptor, until the last of them has ended; `heir` becomes its owner. */
  leaveTo(heir: ProcessIdentity): Promise<void>;
}

/**
 * Runs `work` while holding the lock on `path`: a file `path.flock` beside it has the kernel's lock, `path.owner` names its
 * owner. The lock lasts until `work` has ended or, if this process is killed first, until every program that it started has
 * ended. No clock ends it, and a second caller waits as long.
 *
 * @throws the signal's reason when aborted while waiting
 * @throws ToolError `LOCK_FAILED`, `NO_SPACE`
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const lock = await acquireLock(path, options);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** Waits for the lock on `path` as {@link withLock} does, and takes it. */
export async function acquireLock(path: string, options: LockOptions): Promise<HeldLock> {
  let told = false;
  const onWait = (message: string) => {
    if (!told) options.onWait?.(message);
    told = true;
  };
  for (;;) {
    options.signal?.throwIfAborted();
    const lock = await attempt(path, (file) => wait(file, { ...options, onWait }));
    if (lock) return lock;
  }
}

/**
 * Takes the lock on `path` if it is free; undefined when another process holds it, which {@link lockHolder} names.
 *
 * @throws ToolError `LOCK_FAILED`, `NO_SPACE`
 */
export async function tryLock(path: string, purpose: string): Promise<HeldLock | undefined> {
  return attempt(path, async (file) => {
    if (!(await tryFlock(file.descriptor, path)) || !isInPlace(file)) return undefined;
    const own = describeSelf(purpose, file.inode);
    return (await claim(path, own)) ? undefined : hold(file, own);
  });
}

/** The holder of the lock on `path`, in words: `process 12, which is updating the package lists`. */
export async function lockHolder(path: string): Promise<string> {
  const file = lockFile(path);
  // A process that removes the directory that a lock is for removes the lock's file as well.
  return existsSync(file)
    ? describeHolder(realpathSync(file), path, await readOwner(path))
    : 'another process';
}

/** The file that has the kernel's lock on `path`. */
export function lockFile(path: string): string {
  return `${path}.flock`;
}

/** An open lock file. */
interface LockFile {
  /** The path that the lock protects. */
  locked: string;
  descriptor: number;
  /** Real path, as /proc shows it. */
  path: string;
  inode: number;
}

/** Opens the lock's file for `take`, and closes it again unless that gives a lock. */
async function attempt(
  path: string,
  take: (file: LockFile) => Promise<HeldLock | undefined>,
): Promise<HeldLock | undefined> {
  const file = await openLockFile(path);
  let lock: HeldLock | undefined;
  try {
    lock = await take(file);
    return lock;
  } finally {
    if (!lock) closeSync(file.descriptor);
  }
}

async function openLockFile(locked: string): Promise<LockFile> {
  try {
    // Opened for writing, because NFS needs that for an exclusive lock. The file stays, because a waiting process has it open.
    const descriptor = await openInDirectory(lockFile(locked));
    return { locked, descriptor, path: realpathSync(lockFile(locked)), inode: fstatSync(descriptor).ino };
  } catch (error) {
    const message = `cannot lock ${locked}: ${(error as Error).message}`;
    throw new ToolError('LOCK_FAILED', message, { path: locked }, error);
  }
}

/** Opens a file in a directory that is made first, again while another process removes that directory once it is empty. */
async function openInDirectory(path: string): Promise<number> {
  for (let left = OPENINGS; ; left -= 1) {
    try {
      await mkdir(dirname(path), { recursive: true });
      return openSync(path, 'a');
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOENT' || left === 0) throw error;
    }
  }
}

/** Whether the file is still the one at its path: removing a directory also removes the locks in it. */
function isInPlace({ path, inode }: LockFile): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === inode;
}

/** @returns undefined when the wait has to begin anew */
async function wait(
  file: LockFile,
  options: LockOptions & { onWait: (message: string) => void },
): Promise<HeldLock | undefined> {
  const { locked, descriptor } = file;
  const { purpose, onWait, signal } = options;
  if (!(await tryFlock(descriptor, locked)) && !(await waitForKernel(file, options))) return undefined;
  if (!isInPlace(file)) return undefined;
  const own = describeSelf(purpose, file.inode);
  for (let other = await claim(locked, own); other; other = await claim(locked, own)) {
    onWait(`waiting for ${await describeHolder(file.path, locked, other)}`);
    await sleep(FOREIGN_MS, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
  return hold(file, own);
}

async function waitForKernel(
  { locked, descriptor, path }: LockFile,
  { onWait, signal }: LockOptions & { onWait: (message: string) => void },
): Promise<boolean> {
  const over = new AbortController();
  const announced = announceWait(path, locked, over.signal, onWait);
  try {
    return await waitForFlock(descriptor, locked, signal);
  } finally {
    over.abort();
    await announced;
  }
}

function hold({ locked, descriptor }: LockFile, own: LockOwner): HeldLock {
  holdDescriptor(descriptor);
  let held = true;
  return {
    descriptor,
    release: async () => {
      if (!held) return;
      held = false;
      const shared = dropDescriptor(descriptor);
      // A remaining record does no harm, and a remaining program left its process group in order to outlive its task.
      await disclaim(locked, own).catch(() => undefined);
      if (shared) await releaseFlock(descriptor).catch(() => undefined);
      closeSync(descriptor);
    },
    leaveTo: async (heir) => {
      held = false;
      dropDescriptor(descriptor);
      await reassign(locked, own, heir).catch(() => undefined);
      closeSync(descriptor);
    },
  };
}
