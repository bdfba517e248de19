import { once } from 'node:events';
import { createConnection, type NetConnectOpts } from 'node:net';
import type { Duplex, Readable } from 'node:stream';

/** How long the other side may take to answer on a loaded machine. */
const ANSWER_MS = 300_000;

/**
 * Reads until `pattern` matches the text read. Unread text stays in the stream for the next call.
 *
 * @returns the text read by this call
 */
export async function answer(stream: Readable, pattern: RegExp): Promise<string> {
  const tooLong = AbortSignal.timeout(ANSWER_MS);
  let text = '';
  while (!pattern.test(text)) {
    const chunk = stream.read() as Buffer | string | null;
    if (chunk !== null) {
      text += String(chunk);
      continue;
    }
    if (stream.readableEnded) throw new Error(`closed before ${String(pattern)} came: ${text}`);
    await moreOrEnd(stream, tooLong).catch((cause: unknown) => {
      throw new Error(`no ${String(pattern)} in: ${text}`, { cause });
    });
  }
  return text;
}

async function moreOrEnd(stream: Readable, tooLong: AbortSignal): Promise<void> {
  const either = new AbortController();
  const signal = AbortSignal.any([tooLong, either.signal]);
  const events = ['readable', 'end'].map((event) => once(stream, event, { signal }));
  // This also removes the listener of the other event.
  await Promise.race(events).finally(() => either.abort());
}

/** Connects to something that already listens on the loopback address or on a unix socket. */
export async function connect(to: NetConnectOpts): Promise<Duplex> {
  const socket = createConnection(to);
  await once(socket, 'connect');
  return socket.on('error', () => undefined);
}

/** A shell on the console of a detached board. */
export interface Shell {
  /** Runs a command that has to end with 0. @returns its output, with LF line ends */
  run(command: string): Promise<string>;
  /** Types a line and waits for nothing. */
  type(line: string): void;
  close(): void;
}

/** BusyBox's prompt, after which it may ask the terminal where its cursor is (ESC [6n). */
const PROMPT = /# (.\[6n)?$/;

/** Opens the console's socket and waits for the shell's prompt, also while the guest still boots. */
export async function openShell(consoleSocket: string): Promise<Shell> {
  const socket = await connect({ path: consoleSocket });
  // A shell that waits already shows its prompt again.
  socket.write('\n');
  await answer(socket, PROMPT);
  return {
    run: async (command) => {
      // The quotes keep the echo of the typed command from matching.
      socket.write(`echo begin""-; ${command}; echo end""-$?-\n`);
      const said = (await answer(socket, /end-\d+-/)).replaceAll('\r', '');
      const [, output, exitCode] = /begin-\n([^]*)end-(\d+)-/.exec(said)!;
      expect({ command, output, exitCode }).toMatchObject({ exitCode: '0' });
      return output!;
    },
    type: (line) => void socket.write(`${line}\n`),
    close: () => socket.destroy(),
  };
}
