import { withoutKernelMessages } from '../doctor/console-text.js';

/** The shell's reply to one command. */
export interface ShellReply {
  /** All that it printed, with the kernel messages in between. */
  output: string;
  /** The same without kernel messages that carry a time stamp. */
  quietOutput: string;
  exitCode: number;
}

const begin = (index: number) => `__bringup_begin_${index}__`;
const end = (index: number) => `__bringup_end_${index}__:`;
/** As typed: a pair of quotes inside, so that the echo of the typed line is not the marker. */
const typed = (marker: string) => marker.replace('bringup', "bring''up");

/**
 * The lines typed at a shell to run `command` between two markers. The braces make the shell read all of it before it runs any
 * of it (POSIX XCU 2.9.4). So every echo and every `> ` prompt comes before the first marker, the command cannot read the
 * closing marker as its input, and quotes, comments and here-documents stay unchanged on lines of their own.
 */
export function planTyping(command: string, index: number): string {
  return `{ echo ${typed(begin(index))}\n${typeable(command)}\n}; echo ${typed(end(index))}$?\n`;
}

/**
 * A line editor acts on control characters (Tab completes) and may refuse non-ASCII bytes. A command that contains either is
 * typed as octal escapes for printf, which is a builtin of the usual shells.
 */
function typeable(command: string): string {
  if (/^[\n -~]*$/.test(command)) return command;
  const octal = (byte: number) => `\\${byte.toString(8).padStart(3, '0')}`;
  const plain = /[A-Za-z0-9 _./=:,-]/;
  const escaped = [...Buffer.from(command)].map((byte) => {
    const character = String.fromCharCode(byte);
    return plain.test(character) ? character : octal(byte);
  });
  return `eval "$(printf '${escaped.join('')}')"`;
}

/** The reply to command `index` in clean console text; undefined while it is not complete. */
export function parseReply(text: string, index: number): ShellReply | undefined {
  const quiet = between(withoutKernelMessages(text), index);
  if (!quiet) return undefined;
  // A kernel message may cut a marker in two; then only the text without them can be read.
  const full = between(text, index);
  return { output: (full ?? quiet).output, quietOutput: quiet.output, exitCode: quiet.exitCode };
}

/** Whether the reply's end is in this piece of the console: cheaper than to parse all of it at each change. */
export function hasEnded(recent: string, index: number): boolean {
  return new RegExp(`${end(index)}\\d+\\n`).test(withoutKernelMessages(recent));
}

/** Whether the shell has begun to run command `index`. */
export function hasBegun(text: string, index: number): boolean {
  return withoutKernelMessages(text).includes(begin(index));
}

/** Whether the shell refused what was typed (ash, bash, dash and hush all say so) instead of running it. */
export function isRefused(text: string, index: number, command: string): boolean {
  return /syntax error/i.test(text) && !/syntax error/i.test(command) && !hasBegun(text, index);
}

function between(text: string, index: number): { output: string; exitCode: number } | undefined {
  const from = text.indexOf(`${begin(index)}\n`);
  if (from < 0) return undefined;
  const body = text.slice(from + begin(index).length + 1);
  const match = new RegExp(`${end(index)}(\\d+)\\n`).exec(body);
  return match ? { output: body.slice(0, match.index), exitCode: Number(match[1]) } : undefined;
}
