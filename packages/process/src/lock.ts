import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { ensureDir, readJson, remove, writeJson } from 'fs-extra';
import { lock } from 'proper-lockfile';
import { isAlive } from './alive.js';
import { ToolError } from './errors.js';
import { describeDiskError } from './files.js';

/** A lock whose owner's host cannot be asked counts as abandoned after this long without a heartbeat. */
const STALE_MS = 10_000;
/** The shortest that proper-lockfile takes: used when the owner is known to be dead. */
const STALE_DEAD_MS = 2_000;
const RETRY_MS = 200;

/** Who holds a lock, as other processes are told. */
export interface LockOwner {
  pid: number;
  host: string;
  /** What it is doing, in the user's words. */
  purpose: string;
}

export interface LockOptions {
  purpose: string;
  /** Called once, when somebody else holds the lock. */
  onWait?: (owner: LockOwner | undefined) => void;
  signal?: AbortSignal;
}

/** How often a lock without an owner's name is looked at again before somebody is told of it. */
const UNNAMED_ROUNDS = 3;

/**
 * Runs `work` while holding the lock on `path` (a `path.lock` directory beside it, with a heartbeat, so that
 * a lock whose owner was killed is taken over). Waits for as long as its owner lives.
 *
 * @throws the signal's reason when aborted while waiting
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const ownerFile = `${path}.owner`;
  await ensureDir(dirname(path));
  const release = await acquire(path, ownerFile, options);
  try {
    const owner: LockOwner = { pid: process.pid, host: hostname(), purpose: options.purpose };
    await writeJson(ownerFile, owner).catch((error: unknown) => {
      throw describeDiskError(error, ownerFile);
    });
    return await work();
  } finally {
    await remove(ownerFile);
    await release();
  }
}

async function acquire(path: string, ownerFile: string, options: LockOptions): Promise<() => Promise<void>> {
  let told = false;
  for (let round = 1; ; round += 1) {
    options.signal?.throwIfAborted();
    const owner = (await readJson(ownerFile).catch(() => undefined)) as LockOwner | undefined;
    try {
      return await lock(path, {
        realpath: false,
        stale: owner && isDead(owner) ? STALE_DEAD_MS : STALE_MS,
        onCompromised: () => undefined, // The machine slept: our work is still ours, its results are renamed into place.
      });
    } catch (error) {
      if ((error as { code?: string }).code !== 'ELOCKED') {
        throw new ToolError(
          'LOCK_FAILED',
          `cannot lock ${path}: ${(error as Error).message}`,
          { path },
          error,
        );
      }
    }
    // Who has just locked has not yet said who it is: ask again before telling.
    if (!told && (owner ? !isDead(owner) : round > UNNAMED_ROUNDS)) {
      told = true;
      options.onWait?.(owner);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function isDead(owner: LockOwner): boolean {
  return owner.host === hostname() && !isAlive(owner.pid);
}
