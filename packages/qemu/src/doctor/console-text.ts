import { StringDecoder } from 'node:string_decoder';

/** ECMA-48 control sequences, as BusyBox's line editor (`ESC [ 6 n`) and bash send them around a prompt. */
// eslint-disable-next-line no-control-regex -- ESC is what these sequences begin with
const CONTROL_SEQUENCE = /\u001b\[[0-?]*[ -/]*[@-~]/g;

/** Characters that a terminal acts on and a message must not contain: C0 except tab and newline, DEL, C1. */
// eslint-disable-next-line no-control-regex -- control characters are what it is about
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** printk's lines with their time stamp (CONFIG_PRINTK_TIME), which may start in the middle of a line of the shell's. */
const KERNEL_MESSAGE = /\[ *\d+\.\d{6}\][^\n]*\n/g;

/** Console text to match against: lines end in LF alone, control sequences are gone. */
export function cleanConsoleText(text: string): string {
  return text.replace(CONTROL_SEQUENCE, '').replaceAll('\r', '');
}

/** Text of a guest's for the user's terminal: what is left of its control sequences does nothing there. */
export function printable(text: string): string {
  return text.replace(CONTROL_CHARACTERS, '');
}

/** Clean text without the kernel's messages: what the guest's programs wrote. */
export function withoutKernelMessages(text: string): string {
  return text.replace(KERNEL_MESSAGE, '');
}

/** Clean text without the kernel's messages behind its last line, which hide a prompt. */
export function withoutTrailingMessages(text: string): string {
  return text.replace(/(\[ *\d+\.\d{6}\][^\n]*\n)+$/, '');
}

/** The last lines with something on them, for an error message. */
export function consoleTail(text: string, lines: number): string[] {
  return printable(cleanConsoleText(text))
    .split('\n')
    .filter((line) => line.trim())
    .slice(-lines);
}

/** The console as it grows: bytes in, text out, and a call at each change. */
export class ConsoleText {
  text = '';
  readonly #decoder = new StringDecoder('utf8');

  /** The text of these bytes; a character cut in two comes with the next ones. */
  append(bytes: Buffer): string {
    const chunk = this.#decoder.write(bytes);
    this.text += chunk;
    return chunk;
  }

  /** Clean text from `position` in the raw text on. */
  since(position: number): string {
    return cleanConsoleText(this.text.slice(position));
  }
}
