import { cleanConsoleText } from '../doctor/console-text.js';
import { commandError } from './guest-failure.js';
import type { Guest } from './guest.js';
import type { GuestCommand, GuestCommandResult } from './guest-model.js';
import {
  hasBegun,
  hasEnded,
  isRefused,
  parseReply,
  planTyping,
  upToEnd,
  type ShellReply,
} from './guest-shell.js';
import { withoutLogged } from './kernel-log.js';

/** The probe's reply for a command that the shell could not read. */
const REFUSED: ShellReply = { output: '', quietOutput: '', exitCode: 2, isRefused: true };

const NEVER_BEGAN =
  'The shell never began to run it: is a quote, a brace or a here-document left open, or does nobody read the console?';

interface Step {
  command: GuestCommand;
  index: number;
  expectation: RegExp | undefined;
}

/**
 * Runs a command in the guest's shell, and holds its reply against what is wanted.
 *
 * @throws ToolError `GUEST_COMMAND_FAILED`, and those of {@link Guest.waitFor}
 */
export async function runCommand(guest: Guest, step: Step, timeoutMs: number): Promise<GuestCommandResult> {
  const { run } = step.command;
  const from = guest.console.text.length;
  const started = performance.now();
  guest.type(planTyping(run, step.index));
  const reply = await guest.waitFor({
    phase: `command ${step.index + 1} (${run})`,
    timeoutMs,
    from,
    probe: (recent) => {
      if (hasEnded(recent, step.index)) return parseReply(guest.console.since(from), step.index);
      return isRefused(recent, step.index, run) ? REFUSED : undefined;
    },
    hint: () => (hasBegun(guest.console.since(from), step.index) ? undefined : NEVER_BEGAN),
  });
  const ms = performance.now() - started;
  const output = await checkReply(guest, step, { ...reply, from }, timeoutMs);
  return { run, output, exitCode: reply.exitCode, ms };
}

interface Reply extends ShellReply {
  /** Where the command began, in the console's text. */
  readonly from: number;
}

/**
 * @returns what the command printed
 * @throws ToolError `GUEST_COMMAND_FAILED`
 */
async function checkReply(
  guest: Guest,
  { command, index, expectation }: Step,
  reply: Reply,
  timeoutMs: number,
): Promise<string> {
  const failed = (wanted: string, got: string) =>
    commandError({ command: command.run, wanted, got, output: reply.output }, guest.state);
  if (reply.isRefused) throw failed('a command', 'a syntax error');
  const wanted = command.exitCode ?? 0;
  if (reply.exitCode !== wanted) throw failed(`exit code ${wanted}`, `exit code ${reply.exitCode}`);
  if (!expectation || expectation.test(reply.output) || expectation.test(reply.quietOutput))
    return reply.output;
  const clean = await withoutMessages(guest, index, reply, timeoutMs);
  if (clean !== undefined && expectation.test(clean)) return clean;
  throw failed(`output that matches /${expectation.source}/`, JSON.stringify(reply.output));
}

/** Indexes of commands of our own: no test has as many. */
const OWN_COMMANDS = 1_000_000;

/** A reply without the messages of the kernel that are in it; undefined for a guest that has no dmesg. */
async function withoutMessages(
  guest: Guest,
  index: number,
  { output, from }: Reply,
  timeoutMs: number,
): Promise<string | undefined> {
  const own = OWN_COMMANDS + index;
  const start = guest.console.text.length;
  guest.type(planTyping('dmesg', own));
  const log = await guest.waitFor({
    phase: 'dmesg, to tell messages of the kernel from what the command printed',
    timeoutMs,
    from: start,
    probe: (recent) => (hasEnded(recent, own) ? parseReply(guest.console.since(start), own) : undefined),
  });
  if (log.exitCode !== 0) return undefined;
  const before = cleanConsoleText(guest.console.text.slice(0, from));
  return upToEnd(withoutLogged(output, log.output, before), index);
}
