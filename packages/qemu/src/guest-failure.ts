import { quoteCommand, ToolError, type ProgramExit } from '@bringup/process';
import { cleanConsoleText, consoleTail } from './console-text.js';
import { diagnose } from './doctor.js';

const TAIL_LINES = 25;

/** What was going on when a guest failed. */
export interface GuestState {
  argv: readonly string[];
  /** The whole console. */
  console: string;
  stderr: string;
  /** In words: `boot`, `command 2 (uname -r)`, `power-off`. */
  phase: string;
}

/** The error for a guest that failed: message, known causes, the console's last lines, the command to repeat it. */
function guestError(
  code: string,
  what: string,
  state: GuestState,
  fields: Record<string, unknown>,
): ToolError {
  const tail = consoleTail(state.console, TAIL_LINES);
  const stderr = state.stderr.trim();
  const advice = diagnose(`${state.console}\n${stderr}`);
  const lines = [
    what,
    ...advice.map((text) => `Likely cause: ${text}.`),
    ...(stderr ? ['QEMU said:', ...stderr.split('\n').map((line) => `  ${line}`)] : []),
    ...(tail.length > 0 ? ["The console's last lines:", ...tail.map((line) => `  ${line}`)] : []),
    `QEMU was started with: ${quoteCommand(state.argv)}`,
  ];
  const { argv, phase } = state;
  return new ToolError(code, lines.join('\n'), { ...fields, phase, argv, tail, stderr, advice });
}

/** How the kernel's last message begins (kernel/panic.c). */
export const PANIC = 'Kernel panic - not syncing';

/** What a panicked kernel said, once the line is complete; undefined when it has not panicked. */
export function findPanic(cleanText: string): string | undefined {
  return new RegExp(`${PANIC}: ([^\\n]*)\\n`).exec(cleanText)?.[1];
}

export function panicError(panic: string, state: GuestState): ToolError {
  return guestError('GUEST_PANIC', `the guest's kernel panicked during ${state.phase}: ${panic}`, state, {
    panic,
  });
}

export function timeoutError(timeoutMs: number, hint: string | undefined, state: GuestState): ToolError {
  const last = consoleTail(state.console, 1)[0];
  const silent = cleanConsoleText(state.console).trim() === '';
  const silence =
    'No output at all: is console= right for this machine (ttyS0 on a PC, ttyAMA0 on virt), and the driver of that serial port in the kernel (CONFIG_SERIAL_8250_CONSOLE, CONFIG_SERIAL_AMBA_PL011_CONSOLE, CONFIG_PRINTK)?';
  const what = [
    `the guest's ${state.phase} took longer than ${timeoutMs} ms.`,
    silent ? silence : `Its last line: ${last}`,
    ...(hint ? [hint] : []),
  ].join(' ');
  return guestError('GUEST_TIMEOUT', what, state, { timeoutMs, lastLine: last, silent });
}

export function exitedError(exit: ProgramExit, state: GuestState): ToolError {
  const how = exit.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit.exitCode}`;
  return guestError('GUEST_EXITED', `QEMU ${how} during ${state.phase}`, state, { ...exit });
}

export function commandError(
  detail: { command: string; wanted: string; got: string; output: string },
  state: GuestState,
): ToolError {
  const what = `in the guest, ${state.phase} failed: wanted ${detail.wanted}, got ${detail.got}`;
  return guestError('GUEST_COMMAND_FAILED', what, state, detail);
}
