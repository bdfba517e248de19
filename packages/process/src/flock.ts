import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { scrubbedEnvironment } from './environment.js';
import { ToolError } from './errors.js';
import { dyingWithUs } from './keeper.js';
import { missingProgram } from './programs.js';
import type { Argv } from './run.js';

/*
 * The kernel's lock on an open file (flock(2)). Node has no call for it, but the lock belongs to the open file description
 * and not to a process. util-linux's `flock` takes it on a descriptor that it shares with us and exits; the lock stays
 * until we and every program that inherited the descriptor have closed it or have died, whatever killed them.
 */

/** The descriptor's number in the program. */
const SHARED = '3';
/** Exit code of `flock -n` when another open file has the lock. */
const CONFLICT = 1;

/**
 * Takes the lock if nobody has it.
 *
 * @returns whether it was free
 * @throws ToolError `TOOL_MISSING`; `LOCK_FAILED` where the file system has no locks
 */
export async function tryFlock(descriptor: number, path: string): Promise<boolean> {
  const end = await runFlock(['flock', '-x', '-n', SHARED], descriptor);
  if (end.code === 0) return true;
  if (end.code === CONFLICT || end.code === null) return false;
  throw refused(path, end);
}

/**
 * Waits for the lock.
 *
 * @returns false when the waiting program was killed: try again
 * @throws the signal's reason when aborted
 */
export async function waitForFlock(descriptor: number, path: string, signal?: AbortSignal): Promise<boolean> {
  signal?.throwIfAborted();
  const end = await runFlock(dyingWithUs(['flock', '-x', SHARED]), descriptor, signal);
  signal?.throwIfAborted();
  if (end.code === 0) return true;
  if (end.code === null) return false;
  throw refused(path, end);
}

/**
 * Takes a lock that others may have as well, but not together with {@link tryFlock}'s; waits for that.
 *
 * @throws ToolError `TOOL_MISSING`; `LOCK_FAILED` where the file system has no locks
 */
export async function shareFlock(descriptor: number, path: string): Promise<void> {
  const end = await runFlock(dyingWithUs(['flock', '-s', SHARED]), descriptor);
  if (end.code !== 0) throw refused(path, end);
}

/** Releases the lock, even when running programs have inherited the descriptor. */
export async function releaseFlock(descriptor: number): Promise<void> {
  await runFlock(['flock', '-u', SHARED], descriptor);
}

interface FlockEnd {
  /** null: a signal ended it. */
  code: number | null;
  stderr: string;
}

async function runFlock(argv: Argv, descriptor: number, signal?: AbortSignal): Promise<FlockEnd> {
  const [program, ...args] = argv;
  // Not through execa: loading it takes longer than locking, and most locks are free.
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe', descriptor],
    env: scrubbedEnvironment(),
  });
  const kill = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'ENOENT' ? missingProgram('flock', error) : error),
      );
      child.once('close', resolve);
    });
    const [code, stderr] = await Promise.all([ended, text(child.stderr!)]);
    return { code, stderr: stderr.trim() };
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}

function refused(path: string, { code, stderr }: FlockEnd): ToolError {
  const message =
    `cannot lock ${path}: ${stderr || `flock failed with exit code ${code}`}. ` +
    'Move the directory to a file system that supports locks (flock)';
  return new ToolError('LOCK_FAILED', message, { path });
}
