import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

let reaper: ChildProcess | undefined;

function send(message: object): void {
  if (!reaper || reaper.exitCode !== null) {
    // Not through execa: this child must outlive us, and is the one thing that nobody waits for.
    reaper = spawn(process.execPath, [join(__dirname, 'reaper-main.js')], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      env: {},
    });
    reaper.unref();
    (reaper.stdin as unknown as { unref(): void }).unref();
    reaper.stdin?.on('error', () => undefined);
  }
  reaper.stdin?.write(`${JSON.stringify(message)}\n`);
}

/** From now on process group `pgid` is killed if this process dies before {@link releaseGroup}. */
export function ownGroup(pgid: number): void {
  send({ add: 'group', value: pgid });
}

/** Process group `pgid` has ended. */
export function releaseGroup(pgid: number): void {
  send({ drop: 'group', value: pgid });
}

/** From now on `directory` is removed if this process dies before {@link releaseDirectory}. */
export function ownDirectory(directory: string): void {
  send({ add: 'directory', value: directory });
}

/** `directory` was removed, or has become somebody else's. */
export function releaseDirectory(directory: string): void {
  send({ drop: 'directory', value: directory });
}

/** A terminal as it was, and how to get it back there. */
export interface TerminalState {
  /** Its device, `/dev/pts/…`. */
  path: string;
  /** As `stty -g` prints them. */
  settings: string;
  /** Escape sequences. */
  reset: string;
}

/** From now on the terminal is restored if this process dies before {@link releaseTerminal}, and has left Ctrl-C off on it. */
export function ownTerminal(state: TerminalState): void {
  send({ add: 'terminal', value: terminalValue(state) });
}

/** The terminal was restored. */
export function releaseTerminal(state: TerminalState): void {
  send({ drop: 'terminal', value: terminalValue(state) });
}

function terminalValue({ path, settings, reset }: TerminalState): string {
  return JSON.stringify([path, settings, reset]);
}
