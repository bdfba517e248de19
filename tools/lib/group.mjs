/** A program in a process group of its own, so that everything it starts can be ended with it. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** How long a group that was ended may take before it is killed. */
const GRACE_MS = 15_000;

/**
 * Starts a program that ends with us: a signal to us goes to its whole group, and when the program has ended, so do we.
 *
 * @param {string[]} argv
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {{ child: import('node:child_process').ChildProcess, ended: Promise<number | null>, end: () => void }}
 *   `ended`: its exit code, null when a signal ended it
 */
export function startGroup(argv, options) {
  const child = spawn(argv[0], argv.slice(1), { ...options, detached: true });
  const end = () => endGroup(child.pid);
  let signalled;
  const forward = (signal) => {
    signalled = signal;
    end();
  };
  process.once('SIGINT', forward).once('SIGTERM', forward);
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (status) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      // A user who stops the tests does not want the next step to run.
      if (signalled !== undefined) process.exit(128 + constants.signals[signalled]);
      resolve(status);
    });
  });
  return { child, ended, end };
}

function endGroup(pid) {
  const signal = (name) => {
    try {
      process.kill(-pid, name);
    } catch {
      // The group has ended.
    }
  };
  signal('SIGTERM');
  setTimeout(() => signal('SIGKILL'), GRACE_MS).unref();
}
