import { openSync, writeSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { ReadStream } from 'node:tty';
import { once } from 'node:events';
import { remove } from 'fs-extra';
import {
  identifyProcess,
  isRunning,
  openTerminal,
  UserError,
  type ProcessIdentity,
  type Terminal,
} from '@bringup/process';
import { followFile } from './console-log.js';
import { EscapeKeys } from './escape-keys.js';
import { pathsOf } from './run-directory.js';
import { describeRun } from './select-run.js';
import { isUp, type Run } from './run-record.js';

/** How much of the earlier output is shown. */
const TAIL_BYTES = 4_096;

/** Messages written to the terminal itself, because a task runner may hold back standard error. */
interface AttachMessages {
  before: string;
  after: Readonly<Record<AttachEnd, string>>;
}

/** Why the terminal is no longer on the console. */
type AttachEnd = 'detached' | 'ended';

/**
 * Puts the user's terminal on a detached run's console: earlier output, then what comes; keys go to the guest, but for
 * Ctrl-A D, which detaches, and QEMU's own (Ctrl-A X, Ctrl-A C). The output comes from the run's log, so that nothing
 * is shown twice or left out; the socket takes the keys.
 *
 * @throws UserError `NOT_DETACHED`, `NOT_A_TERMINAL`, `ALREADY_ATTACHED`
 * @throws the signal's reason when aborted
 */
export async function attach(run: Run, messages: AttachMessages, signal?: AbortSignal): Promise<AttachEnd> {
  const { record } = run;
  if (record.kind !== 'detached' && record.kind !== 'debug') {
    const message =
      `run ${record.id} of ${record.board} (${describeRun(record)}) has its console on another terminal. ` +
      `You can attach only to a run started with --detach. To read this console: nx run ${record.board}:console --id=${record.id} --follow`;
    throw new UserError('NOT_DETACHED', message, { id: record.id });
  }
  const terminal = await openTerminal();
  try {
    if (!terminal.interactive) {
      const message = `there is no terminal here. Read the console without one: nx run ${record.board}:console --follow`;
      throw new UserError('NOT_A_TERMINAL', message);
    }
    const say = (line: string) => writeAll(terminal.descriptors[1], Buffer.from(`\r\n${line}\r\n`));
    return await withClaim(run, async () => {
      say(messages.before);
      const end = await talk(run, terminal, signal);
      say(messages.after[end]);
      return end;
    });
  } finally {
    await terminal.restore();
  }
}

async function talk(run: Run, terminal: Terminal, signal?: AbortSignal): Promise<AttachEnd> {
  const { consoleSocket, consoleLog } = pathsOf(run.directory);
  const socket = createConnection(consoleSocket);
  await once(socket, 'connect');
  // Read, so that QEMU does not wait for us; shown is the log.
  socket.resume();
  const over = new AbortController();
  socket.on('error', () => undefined);
  socket.on('close', () => over.abort());
  // A descriptor of our own: closing the stream closes it.
  const keyboard = new ReadStream(openSync('/dev/tty', 'r+'));
  const state = { detached: false };
  try {
    keyboard.setRawMode(true);
    readKeys(keyboard, socket, () => {
      state.detached = true;
      over.abort();
    });
    await followFile(consoleLog, {
      onData: (bytes) => writeAll(terminal.descriptors[1], bytes),
      tailBytes: TAIL_BYTES,
      isAlive: () => !socket.destroyed && isUp(run.record),
      signal: signal ? AbortSignal.any([signal, over.signal]) : over.signal,
    });
    signal?.throwIfAborted();
    return state.detached ? 'detached' : 'ended';
  } finally {
    keyboard.setRawMode(false);
    keyboard.destroy();
    socket.destroy();
  }
}

function readKeys(keyboard: ReadStream, socket: Socket, onDetach: () => void): void {
  const keys = new EscapeKeys();
  keyboard.on('data', (typed: Buffer) => {
    const { pass, detach } = keys.feed(typed);
    if (pass.length > 0) socket.write(pass);
    if (detach) onDetach();
  });
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      if ((error as { code?: string }).code !== 'EAGAIN') throw error;
    }
  }
}

/** A console's socket takes one at a time, and QEMU lets a second one wait without a word. */
async function withClaim<T>({ directory, record }: Run, work: () => Promise<T>): Promise<T> {
  const claim = join(directory, 'attached');
  const holder = await readFile(claim, 'utf8').then(
    (text) => JSON.parse(text) as ProcessIdentity,
    () => undefined,
  );
  if (holder && isRunning(holder)) throw alreadyAttached(record.id, holder.pid);
  await remove(claim);
  const file = await open(claim, 'wx').catch(() => {
    throw alreadyAttached(record.id, undefined);
  });
  try {
    await file.writeFile(JSON.stringify(identifyProcess(process.pid)));
    return await work();
  } finally {
    await file.close();
    await remove(claim);
  }
}

function alreadyAttached(id: string, pid: number | undefined): UserError {
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  const message = `run ${id} already has a terminal (${who}). Detach that one with Ctrl-A D, or read along with console`;
  return new UserError('ALREADY_ATTACHED', message, { id, pid });
}
