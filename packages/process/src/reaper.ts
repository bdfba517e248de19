import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

type Kind = 'group' | 'directory' | 'terminal';

/** Everything that this process owns, for the reaper that replaces a killed one. */
const owned: Record<Kind, Set<number | string>> = {
  group: new Set(),
  directory: new Set(),
  terminal: new Set(),
};

let reaper: ChildProcess | undefined;

function own(kind: Kind, value: number | string): void {
  owned[kind].add(value);
  if (reaper) tell({ add: kind, value });
  else startReaper();
}

function release(kind: Kind, value: number | string): void {
  owned[kind].delete(value);
  tell({ drop: kind, value });
}

function tell(message: object): void {
  reaper?.stdin?.write(`${JSON.stringify(message)}\n`);
}

function startReaper(): void {
  // Not through execa: this child must outlive us, and nothing waits for it.
  const child = spawn(process.execPath, [join(__dirname, 'reaper-main.js')], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: {},
  });
  reaper = child;
  child.unref();
  // The stream of a pipe is a socket.
  (child.stdin as unknown as { unref(): void }).unref();
  child.stdin?.on('error', () => undefined);
  child.once('error', () => replaceReaper(child, false));
  child.once('exit', (_code, signal) => replaceReaper(child, signal !== null));
  for (const kind of Object.keys(owned) as Kind[])
    for (const value of owned[kind]) tell({ add: kind, value });
}

/** @param killed false when the reaper cannot run on this machine: then no other one starts until there is something new to own */
function replaceReaper(child: ChildProcess, killed: boolean): void {
  if (reaper !== child) return;
  reaper = undefined;
  if (killed && Object.values(owned).some(({ size }) => size > 0)) startReaper();
}

/** From now on process group `pgid` is killed if this process dies before {@link releaseGroup}. */
export function ownGroup(pgid: number): void {
  own('group', pgid);
}

/** Process group `pgid` has ended. */
export function releaseGroup(pgid: number): void {
  release('group', pgid);
}

/** From now on `directory` is removed if this process dies before {@link releaseDirectory}. */
export function ownDirectory(directory: string): void {
  own('directory', directory);
}

/** `directory` was removed, or has become somebody else's. */
export function releaseDirectory(directory: string): void {
  release('directory', directory);
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
  own('terminal', terminalValue(state));
}

/** The terminal was restored. */
export function releaseTerminal(state: TerminalState): void {
  release('terminal', terminalValue(state));
}

function terminalValue({ path, settings, reset }: TerminalState): string {
  return JSON.stringify([path, settings, reset]);
}
