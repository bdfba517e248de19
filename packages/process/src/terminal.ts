import { openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { text } from 'node:stream/consumers';
import { close } from 'fs-extra';
import { startProgram } from './run.js';

/** Line wrap on (SeaBIOS and UEFI switch it off), cursor visible, attributes reset (xterm's ctlseqs: DECAWM, DECTCEM, SGR). */
const RESET = '\u001b[?7h\u001b[?25h\u001b[0m';

/** Which descriptors a program gets: stdin, stdout, stderr. */
export type Descriptors = [number, number, number];

/** What a program that talks to the user is given; see {@link openTerminal}. */
export interface Terminal {
  descriptors: Descriptors;
  /** True when keys can be read and a screen drawn. */
  interactive: boolean;
  /** Puts the terminal back as it was; also closes what was opened. */
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
  return {
    descriptors: useTty ? [tty, tty, tty] : [0, 1, 2],
    interactive: isatty(0),
    restore: async () => {
      await stty(tty, saved ?? 'sane');
      writeSync(tty, RESET);
      await close(tty);
    },
  };
}

function openTty(): number | undefined {
  try {
    return openSync('/dev/tty', 'r+');
  } catch {
    return undefined; // No controlling terminal, as under setsid.
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
