import { close as closeDescriptor, openSync, readlinkSync, writeSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';
import { ownTerminal, releaseTerminal, type TerminalState } from './reaper.js';
import { startProgram } from './run.js';

const close = promisify(closeDescriptor);

/**
 * Resets the modes that guests and their firmware leave behind (xterm's ctlseqs; ECMA-48). SeaBIOS on a serial console switches
 * line wrap off, EDK2 sets colours; a full-screen program that ended with its machine leaves the rest. EDK2's `ESC [ = 3 h`,
 * a video mode of ANSI.SYS, means nothing to today's terminals. The order matters: resetting the scroll region moves the cursor,
 * and the save and restore around it include attributes and character set.
 */
const RESET = [
  '\u001b[?47l', // the main screen; unlike 1049, it leaves the cursor alone where that is shown already
  '\u001b7\u001b[r\u001b8', // the whole screen scrolls (DECSTBM), the cursor stays (DECSC, DECRC)
  '\u001b[?7h', // line wrap (DECAWM)
  '\u001b[?25h', // a visible cursor (DECTCEM)
  '\u001b[4l', // characters replace (IRM)
  '\u001b[?1l\u001b>', // cursor keys and keypad as usual (DECCKM, DECKPNM)
  '\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l', // no mouse reports
  '\u001b(B\u000f', // ASCII as G0, and G0 in use (SI)
  '\u001b[0m', // plain attributes (SGR)
].join('');

/** Which descriptors a program gets: stdin, stdout, stderr. */
export type Descriptors = [number, number, number];

/** The terminal of a program that talks to the user; see {@link openTerminal}. */
export interface Terminal {
  descriptors: Descriptors;
  /** True when keys can be read and a screen drawn. */
  interactive: boolean;
  /** Puts the terminal back as it was; also closes what was opened. Should this process be killed before, the reaper does it. */
  restore(): Promise<void>;
}

/**
 * The user's terminal for a program that reads keys. When stdin is a terminal and stdout is not (a task
 * runner reads our output), the program gets /dev/tty instead, or its console would be a pipe with neither
 * Ctrl-C nor a size. Without a terminal at stdin it gets what we have.
 */
export async function openTerminal(): Promise<Terminal> {
  const tty = isatty(0) || isatty(1) ? openTty() : undefined;
  if (tty === undefined)
    return { descriptors: [0, 1, 2], interactive: false, restore: async () => undefined };
  const useTty = isatty(0) && !isatty(1);
  const saved = await stty(tty, '-g');
  const path = terminalPath();
  const state: TerminalState | undefined =
    saved && path ? { path, settings: saved, reset: RESET } : undefined;
  if (state) ownTerminal(state);
  return {
    descriptors: useTty ? [tty, tty, tty] : [0, 1, 2],
    interactive: isatty(0),
    restore: async () => {
      await stty(tty, saved ?? 'sane');
      writeSync(tty, RESET);
      if (state) releaseTerminal(state);
      await close(tty);
    },
  };
}

/** Where lines for the user go while another program has the terminal. */
interface Lines {
  write(line: string): void;
  close(): Promise<void>;
}

/**
 * Opens the stream on which the user sees the program that {@link openTerminal} serves: /dev/tty where that program gets it, else
 * standard output. A task runner may hold back what a task prints until the task ends.
 */
export function openLines(): Lines {
  const tty = isatty(0) && !isatty(1) ? openTty() : undefined;
  if (tty === undefined)
    return { write: (line) => void process.stdout.write(`${line}\n`), close: async () => undefined };
  return { write: (line) => void writeSync(tty, `${line}\n`), close: () => close(tty) };
}

function openTty(): number | undefined {
  try {
    return openSync('/dev/tty', 'r+');
  } catch {
    return undefined; // No controlling terminal, as under setsid.
  }
}

/** The device behind /dev/tty, which is another for each process; undefined where /proc does not tell. */
function terminalPath(): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${isatty(0) ? 0 : 1}`);
  } catch {
    return undefined;
  }
}

/** stty's answer; undefined when it failed. In the foreground group, or setting would stop it (SIGTTOU, termios(3)). */
async function stty(tty: number, argument: string): Promise<string | undefined> {
  try {
    const program = await startProgram(['stty', argument], {
      stdio: [tty, 'pipe', 'pipe'],
      foreground: true,
    });
    const output = program.stdout ? await text(program.stdout) : '';
    const { exitCode } = await program.exited;
    return exitCode === 0 ? output.trim() : undefined;
  } catch {
    return undefined; // A host without coreutils: there is nothing to save, and QEMU restores what it changed.
  }
}
