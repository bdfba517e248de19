import { complaintIn, placeIn, type Complaint } from './complaints.js';
import { cleanConsoleText, printable } from './console-text.js';
import { kernelLines } from './console-lines.js';

/** Lines below a complaint that belong to it: its registers, and what the same trap says in other words. */
const REPORT_LINES = 40;

/** Reads a console as it grows for what the kernel complains of. Each line is looked at once. */
export class ComplaintReader {
  readonly complaints: Complaint[] = [];
  /** Until the guest is ready. */
  booting = true;
  #rest = '';
  #line = 0;

  /** @param text as it came from the console, in pieces of any length */
  push(text: string): void {
    const end = text.lastIndexOf('\n');
    if (end < 0) {
      this.#rest += text;
      return;
    }
    const complete = this.#rest + text.slice(0, end);
    this.#rest = text.slice(end + 1);
    for (const line of complete.split('\n')) this.#read(line);
  }

  /** The last line, which nothing ended. */
  finish(): void {
    if (this.#rest !== '') this.push('\n');
  }

  #read(raw: string): void {
    this.#line += 1;
    for (const { text, stamped } of kernelLines(printable(cleanConsoleText(raw))))
      this.#readLine(text, stamped);
  }

  #readLine(text: string, stamped: boolean): void {
    const last = this.complaints.at(-1);
    const isNear = last !== undefined && this.#line - last.line <= REPORT_LINES;
    const outcome = complaintIn(text, stamped, this.booting);
    if (outcome !== undefined) {
      // One trap has several such lines: "kernel BUG at …", then "invalid opcode: 0000 [#1]".
      if (!(isNear && last.outcome === outcome && outcome === 'oops'))
        this.complaints.push({ outcome, text: text.trimEnd(), line: this.#line });
      return;
    }
    if (!isNear || last.at !== undefined) return;
    const at = placeIn(text);
    if (at !== undefined) this.complaints[this.complaints.length - 1] = { ...last, at };
  }
}

/** All that the kernel complains of in a whole console. */
export function findComplaints(console: string): Complaint[] {
  const reader = new ComplaintReader();
  reader.push(console);
  reader.finish();
  return reader.complaints;
}
