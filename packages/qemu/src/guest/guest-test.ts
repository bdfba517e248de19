import { quoteCommand, ToolError, UserError, type ProgramExit } from '@bringup/process';
import { endBoard, requireProgram, wrapped, type PlanRun } from '../runs/board-process.js';
import { withoutTrailingMessages } from '../doctor/console-text.js';
import { Guest, type GuestOptions } from './guest.js';
import { diagnose, type Outcome } from '../doctor/index.js';
import {
  commandError,
  exitedError,
  failedError,
  outcomeError,
  PANIC,
  readyError,
  type GuestFailure,
} from './guest-failure.js';
import type { GuestCommand, GuestCommandResult, GuestTest, GuestTestResult } from './guest-model.js';
import { pathsOf, withRun } from '../runs/run-directory.js';
import { started, writeRecord, type RunSubject } from '../runs/run-record.js';
import { hasBegun, hasEnded, isRefused, parseReply, planTyping, type ShellReply } from './guest-shell.js';

/** A failed guest has nothing to flush: SIGTERM, and SIGKILL after this long. */
const STOP_MS = 1_000;
/** The probe's reply for a command that the shell could not read. */
const REFUSED: ShellReply = { output: '', quietOutput: '', exitCode: 2 };
/** A machine without a power switch (a PC without ACPI) only halts. */
const STILL_THERE: ProgramExit = { exitCode: 0 };

const NEVER_BEGAN =
  'The shell never began to run it: is a quote, a brace or a here-document left open, or does nobody read the console?';

export interface GuestTestOptions extends GuestOptions {
  /** Whose run it is; without it no board's commands find it. */
  subject?: RunSubject;
  /** The copy-pasteable QEMU command, before it runs. */
  onCommand?: (command: string) => void;
}

/**
 * Boots a guest, runs commands in its shell, compares, and powers it off. Nothing of it is left afterwards.
 *
 * @throws ToolError `GUEST_PANIC`, `GUEST_TIMEOUT`, `GUEST_EXITED`, `GUEST_COMMAND_FAILED`,
 * `GUEST_OUTCOME`, `TOOL_MISSING`; but for the last, with the fields of a {@link GuestFailure}
 * @throws UserError `INVALID_PATTERN`
 * @throws the signal's reason when aborted
 */
export function runGuestTest(
  plan: PlanRun,
  test: GuestTest,
  options: GuestTestOptions = {},
): Promise<GuestTestResult> {
  return withRun('test', options.subject, async ({ directory, record }) => {
    const paths = pathsOf(directory);
    const ready = compilePattern(test.readyPattern, 'readyPattern');
    const expectations = test.commands.map(({ run, expect }) =>
      expect === undefined ? undefined : compilePattern(expect, `expect of ${run}`),
    );
    const planned = plan(paths);
    const { argv } = planned;
    await requireProgram(argv[0]);
    options.onCommand?.(quoteCommand(wrapped(planned)));
    const startTime = performance.now();
    const guest = await Guest.start(planned, options);
    try {
      await writeRecord(directory, started(record, guest.program.pid, planned));
      const { expectedOutcome = 'ready' } = test;
      if (expectedOutcome !== 'ready') {
        const failure = await waitUntilFailed(guest, ready, expectedOutcome, test.bootTimeoutMs);
        return {
          ...failure,
          bootMs: performance.now() - startTime,
          commands: [],
          consoleLog: guest.console.text,
        };
      }
      await waitUntilReady(guest, ready, test.bootTimeoutMs);
      const bootMs = performance.now() - startTime;
      const commands: GuestCommandResult[] = [];
      for (const [index, command] of test.commands.entries()) {
        commands.push(
          await runCommand(
            guest,
            { command, index, expectation: expectations[index] },
            test.commandTimeoutMs,
          ),
        );
      }
      await powerOff(guest, test.powerOff, () => endBoard(guest.program, paths));
      return {
        outcome: 'ready',
        exitCode: 0,
        diagnoses: [],
        bootMs,
        commands,
        consoleLog: guest.console.text,
      };
    } finally {
      if (!guest.exit) await guest.program.stop(STOP_MS);
      await guest.close();
    }
  });
}

/** A kernel message behind the prompt must not hide it. */
function isReady(recent: string, ready: RegExp): boolean {
  return ready.test(recent) || ready.test(withoutTrailingMessages(recent));
}

async function waitUntilReady(guest: Guest, ready: RegExp, timeoutMs: number): Promise<void> {
  const probe = (recent: string) => isReady(recent, ready) || undefined;
  const hint = () => `It never matched the ready pattern ${ready.source}`;
  await guest.waitFor({ phase: 'boot', timeoutMs, probe, hint });
}

type Failure = Pick<GuestTestResult, 'outcome' | 'exitCode' | 'diagnoses'>;

/**
 * Waits until a boot fails as expected. Some failures end nothing (a missing rcS, a hung task): they count as
 * soon as they show.
 *
 * @throws ToolError `GUEST_OUTCOME` when something else comes of it
 */
async function waitUntilFailed(
  guest: Guest,
  ready: RegExp,
  expected: Outcome,
  timeoutMs: number,
): Promise<Failure> {
  const probe = (recent: string) => {
    if (diagnose({ ...guest.state, console: recent })[0]?.outcome === expected) return 'failed';
    return isReady(recent, ready) ? 'ready' : undefined;
  };
  try {
    if ((await guest.waitFor({ phase: 'boot', timeoutMs, probe })) === 'ready') throw readyError(guest.state);
    await guest.settle();
    throw failedError(guest.state);
  } catch (error) {
    if (!(error instanceof ToolError) || error.fields.outcome === undefined) throw error;
    // An error with an outcome is one of guestError's.
    const { outcome, exitCode, diagnoses } = error.fields as unknown as GuestFailure;
    if (outcome !== expected) throw outcomeError(expected, error);
    return { outcome, exitCode, diagnoses };
  }
}

interface Step {
  command: GuestCommand;
  index: number;
  expectation: RegExp | undefined;
}

async function runCommand(guest: Guest, step: Step, timeoutMs: number): Promise<GuestCommandResult> {
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
  checkReply(guest, step, reply);
  return { run, output: reply.output, exitCode: reply.exitCode, ms };
}

/** @throws ToolError `GUEST_COMMAND_FAILED` */
function checkReply(guest: Guest, { command, expectation }: Step, reply: ShellReply): void {
  const fail = (wanted: string, got: string) => {
    throw commandError({ command: command.run, wanted, got, output: reply.output }, guest.state);
  };
  if (reply === REFUSED) fail('a command', 'a syntax error');
  const wanted = command.exitCode ?? 0;
  if (reply.exitCode !== wanted) fail(`exit code ${wanted}`, `exit code ${reply.exitCode}`);
  if (expectation && !expectation.test(reply.output) && !expectation.test(reply.quietOutput)) {
    fail(`output that matches /${expectation.source}/`, JSON.stringify(reply.output));
  }
}

/** Waits for QEMU's end after the power-off command; a machine that cannot switch itself off is ended. */
async function powerOff(
  guest: Guest,
  { command, timeoutMs }: GuestTest['powerOff'],
  end: () => Promise<void>,
): Promise<void> {
  // Only a panic that the ready pattern asked for comes this far; then nobody is there to type to.
  const panicExpected = guest.console.text.includes(PANIC);
  if (!panicExpected) guest.type(`${command}\n`);
  const deadline = Date.now() + timeoutMs;
  const exit = await guest.waitFor({
    phase: 'power-off',
    timeoutMs,
    panicExpected,
    probe: () => guest.exit ?? (Date.now() >= deadline ? STILL_THERE : undefined),
  });
  if (exit === STILL_THERE) await end();
  else if (exit.exitCode !== 0) throw exitedError(exit, guest.state);
}

function compilePattern(source: string, what: string): RegExp {
  try {
    return new RegExp(source, 'm');
  } catch (cause) {
    const message = `${what} is not a regular expression: ${(cause as Error).message}`;
    throw new UserError('INVALID_PATTERN', message, { source }, cause);
  }
}
