/** printk's prefixes: the time (CONFIG_PRINTK_TIME), and the thread or CPU (CONFIG_PRINTK_CALLER). */
const PRINTK_PREFIX = /^(\[ *\d+\.\d{6}\])(\[ *[TC]\d+\])? /;

/** A message of the kernel's behind a prompt, or behind half a line of a program's. */
const MID_LINE = /(?<=[^\n])\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? /g;

/** A shell's prompt (`/ # `, `root@board:~# `) in front of a kernel's message. */
const PROMPT = /^\S+ ?[#$] (?=\S)/;

/** The length to which lines are cut for signatures. printk cuts its own at 1 KiB (LOG_LINE_MAX), a guest's program does not. */
const LINE_LENGTH = 2048;

/** A line, or a part of one, as its writer wrote it. */
interface ConsoleLine {
  /** Without a prompt in front, and without printk's prefixes. */
  readonly text: string;
  /** Whether printk's time stood in front. */
  readonly stamped: boolean;
}

/**
 * The lines that a line of the console is made of: a kernel's message may begin in the middle of what a program writes.
 *
 * @param line clean text, without its newline
 */
export function kernelLines(line: string): ConsoleLine[] {
  const parts = line.includes('[') ? line.replace(MID_LINE, '\n$&').split('\n') : [line];
  return parts.map((part) => {
    const text = part.slice(0, LINE_LENGTH).replace(PROMPT, '');
    const message = text.replace(PRINTK_PREFIX, '');
    return { text: message, stamped: message.length < text.length };
  });
}
