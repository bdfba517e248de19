import { cleanConsoleText, printable } from './console-text.js';
import { findComplaints } from './complaint-reader.js';
import type { Complaint } from './complaints.js';
import { kernelLines } from './console-lines.js';
import { argument } from './argument.js';
import type { ImageFormats } from './image-format.js';

/** How a wait for a guest ended without what it waited for. */
export type BootEnd = 'panic' | 'exit' | 'timeout';

/** All that is known of a boot; the doctor looks at nothing else. */
export interface BootEvidence extends ImageFormats {
  /** The console, as the guest wrote it. */
  console: string;
  /** The messages of QEMU itself. */
  stderr: string;
  argv: readonly string[];
  /** Undefined while the guest runs: then silence means nothing yet. */
  end?: BootEnd;
}

/** Evidence, read once for all signatures. */
export interface Findings extends BootEvidence {
  /** The console in lines, without control sequences, a prompt in front, and printk's prefixes. */
  readonly lines: readonly string[];
  /** The kernel's command line in words: as it printed it, else as QEMU was given it. */
  readonly words: readonly string[];
  readonly hasInitrd: boolean;
  /** The kernel's complaints, in order. */
  readonly complaints: readonly Complaint[];
}

/** `ESC c`, with which SeaBIOS resets the terminal. It is not a CSI sequence of ECMA-48. */
// eslint-disable-next-line no-control-regex -- ESC is what it begins with
const RESET = /\u001bc/g;

export function readEvidence(evidence: BootEvidence): Findings {
  const text = printable(cleanConsoleText(evidence.console).replace(RESET, ''));
  const lines = text.split('\n').flatMap((line) => kernelLines(line).map((one) => one.text));
  const printed = lines.find((line) => line.startsWith('Kernel command line: '));
  const commandLine =
    printed?.slice('Kernel command line: '.length) ?? argument(evidence.argv, '-append') ?? '';
  return {
    ...evidence,
    lines,
    complaints: findComplaints(evidence.console),
    words: commandLine.split(/\s+/).filter(Boolean),
    hasInitrd: argument(evidence.argv, '-initrd') !== undefined || lines.some(isInitrdMessage),
  };
}

/** Whether the kernel reports an initrd in this line, from whichever loader. */
function isInitrdMessage(line: string): boolean {
  return /^(Unpacking initramfs\.\.\.|Trying to unpack rootfs image as initramfs|Freeing initrd memory: )/.test(
    line,
  );
}

/** The values of all `name=value` words of the command line, in order. */
export function values({ words }: Findings, name: string): string[] {
  return words.filter((word) => word.startsWith(`${name}=`)).map((word) => word.slice(name.length + 1));
}

/** The first line that matches. */
export function findLine({ lines }: Findings, pattern: RegExp): RegExpExecArray | undefined {
  for (const line of lines) {
    const match = pattern.exec(line);
    if (match) return match;
  }
  return undefined;
}
