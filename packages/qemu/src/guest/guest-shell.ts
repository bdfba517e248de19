import { withoutKernelMessages } from '../doctor/console-text.js';

/** The shell's reply to one command. */
export interface ShellReply {
  /** All that it printed, with the kernel messages in between. */
  output: string;
  /** The same without kernel messages that carry a time stamp. */
  quietOutput: string;
  exitCode: number;
  /** The shell could not read the command. */
  isRefused?: boolean;
}

/** The shell's variable for the command's exit code: `echo` sets `$?` anew. */
const STATUS = '__bringup_status';

const begin = (index: number) => `__bringup_begin_${index}__`;
const end = (index: number) => `__bringup_end_${index}__:`;
/** As typed: a pair of quotes inside, so that the echo of the typed line is not the marker. */
const typed = (marker: string) => marker.replace('bringup', "bring''up");

/** How much of the kernel's may come between two markers, in characters: a few lines. */
const BETWEEN_MARKERS = 2048;

/**
 * The lines typed at a shell to run `command` between two markers. The braces make the shell read all of it before it runs any
 * of it (POSIX XCU 2.9.4). So every echo and every `> ` prompt comes before the first marker, the command cannot read the
 * closing marker as its input, and quotes, comments and here-documents stay unchanged on lines of their own. Both markers come twice: a
 * message of the kernel's may cut one in two, and without a time stamp nothing tells it from what the shell prints.
 */
export function planTyping(command: string, index: number): string {
  const [first, last] = [`echo ${typed(begin(index))}`, `echo ${typed(end(index))}$${STATUS}`];
  return `{ ${first}; ${first}\n${typeable(command)}\n}; ${STATUS}=$?; ${last}; ${last}\n`;
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
  // A kernel message may cut a marker in two. Where a time stamp tells what it is, the text without them can be read.
  const full = between(text, index);
  const { output } = full && (full.isWhole || !quiet.isWhole) ? full : quiet;
  return { output, quietOutput: quiet.output, exitCode: quiet.exitCode };
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

/** A command's output up to its closing marker, for text without the messages that cut the marker in two. */
export function upToEnd(text: string, index: number): string {
  return new RegExp(`^[^]*?(?=${end(index)}\\d+\\n|$(?![^]))`).exec(text)![0];
}

interface Between {
  readonly output: string;
  readonly exitCode: number;
  /** Both closing markers follow one another: the first one was not cut in two. */
  readonly isWhole: boolean;
}

function between(text: string, index: number): Between | undefined {
  const marker = `${begin(index)}\n`;
  const first = text.indexOf(marker);
  if (first < 0) return undefined;
  const second = text.indexOf(marker, first + marker.length);
  // Between the two there is nothing, or the kernel's. Farther away, it is in what the command prints.
  const isPair = second >= 0 && second - first <= marker.length + BETWEEN_MARKERS;
  const body = text.slice((isPair ? second : first) + marker.length);
  const match = new RegExp(`${end(index)}(\\d+)\\n`).exec(body);
  if (!match) return undefined;
  const isWhole = body.startsWith(end(index), match.index + match[0].length);
  return { output: body.slice(0, match.index), exitCode: Number(match[1]), isWhole };
}
