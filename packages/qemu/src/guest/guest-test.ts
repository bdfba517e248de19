import { quoteCommand, ToolError, type ProgramExit } from '@bringup/process';
import { endBoard, requireProgram, wrapped, type PlanRun } from '../runs/board-process.js';
import { withoutTrailingMessages } from '../doctor/console-text.js';
import { KernelComplaints } from './allowances.js';
import { Guest, type GuestOptions } from './guest.js';
import { diagnose, type Outcome } from '../doctor/index.js';
import {
  complaintError,
  exitedError,
  failedError,
  outcomeError,
  PANIC,
  readyError,
  stalledError,
  testsError,
  type GuestFailure,
} from './guest-failure.js';
import { runCommand } from './guest-command.js';
import {
  SHELL_PROMPT,
  type GuestCommandResult,
  type GuestTest,
  type GuestTestResult,
} from './guest-model.js';
import { KtapReader, type KtapReport, type TestCounts } from './ktap.js';
import { RootWait } from './root-wait.js';
import { compilePattern } from './patterns.js';
import { pathsOf, withRun } from '../runs/run-directory.js';
import { started, writeRecord, type RunSubject } from '../runs/run-record.js';

/** A failed guest has nothing to flush: SIGTERM, and SIGKILL after this long. */
const STOP_MS = 1_000;
/** A machine without a power switch (a PC without ACPI) only halts. */
const STILL_THERE: ProgramExit = { exitCode: 0 };

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
 * `GUEST_OUTCOME`, `GUEST_COMPLAINT`, `GUEST_TESTS_FAILED`, `TOOL_MISSING`; but for the last, with the fields of a {@link GuestFailure}
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
    const complaints = new KernelComplaints(test.allow ?? []);
    const planned = plan(paths);
    const { argv } = planned;
    await requireProgram(argv[0]);
    options.onCommand?.(quoteCommand(wrapped(planned)));
    const startTime = performance.now();
    const guest = await Guest.start(planned, options, complaints);
    try {
      await writeRecord(directory, started(record, guest.program.pid, planned));
      const { expectedOutcome = 'ready' } = test;
      if (expectedOutcome !== 'ready') {
        const failure = await waitUntilFailed(guest, ready, expectedOutcome, test.bootTimeoutMs);
        return {
          ...failure,
          bootMs: performance.now() - startTime,
          commands: [],
          ...resultOf(complaints),
          // Nothing but the expected failure counts, so none of them was needed.
          unneeded: [],
          consoleLog: guest.console.text,
        };
      }
      const passing = { test, ready, expectations, complaints, startTime };
      return await passTest(guest, passing, () => endBoard(guest.program, paths));
    } finally {
      if (!guest.exit) await guest.program.stop(STOP_MS);
      await guest.close();
    }
  });
}

interface Passing {
  readonly test: GuestTest;
  readonly ready: RegExp;
  readonly expectations: readonly (RegExp | undefined)[];
  readonly complaints: KernelComplaints;
  readonly startTime: number;
}

/** Waits for the guest, runs the commands, powers it off, and judges what the console says. */
async function passTest(
  guest: Guest,
  { test, ready, expectations, complaints, startTime }: Passing,
  end: () => Promise<void>,
): Promise<GuestTestResult> {
  await waitUntilReady(guest, ready, test.bootTimeoutMs);
  complaints.ready();
  const bootMs = performance.now() - startTime;
  const commands: GuestCommandResult[] = [];
  for (const [index, command] of test.commands.entries()) {
    const step = { command, index, expectation: expectations[index] };
    commands.push(await runCommand(guest, step, test.commandTimeoutMs));
  }
  await powerOff(guest, test.powerOff, end);
  complaints.finish();
  const [complaint] = complaints.refused;
  if (complaint) throw complaintError(complaint, guest.state);
  const report = KtapReader.read(guest.console.text);
  if (report && report.failed > 0) throw testsError(report, guest.state);
  return {
    outcome: 'ready',
    exitCode: 0,
    diagnoses: [],
    bootMs,
    commands,
    ...(report ? { tests: countsOf(report) } : {}),
    ...resultOf(complaints),
    consoleLog: guest.console.text,
  };
}

const resultOf = ({ allowed, unneeded }: KernelComplaints) => ({ complaints: allowed, unneeded });

const countsOf = ({ passed, failed, skipped }: KtapReport): TestCounts => ({ passed, failed, skipped });

/** A kernel message behind the prompt must not hide it. */
function isReady(recent: string, ready: RegExp): boolean {
  return ready.test(recent) || ready.test(withoutTrailingMessages(recent));
}

/** A prompt with something behind it that nobody typed. */
const HIDDEN_PROMPT = /(?:^|\n)[^\s[>]\S{0,80} ?(?<!#)[#$] (?=\S)[^\n]*\n/;
/** How long a prompt may stay hidden, and how often Enter is pressed for a new one. */
const NUDGE_MS = 500;
const MOST_NUDGES = 40;

async function waitUntilReady(guest: Guest, ready: RegExp, timeoutMs: number): Promise<void> {
  const isDefault = ready.source === new RegExp(SHELL_PROMPT, 'm').source;
  let nudges = 0;
  let timer: NodeJS.Timeout | undefined;
  // Without a time stamp, a message behind the prompt looks like something that was typed. An empty line gives a new prompt.
  const nudge = () => {
    guest.type('\n');
    nudges += 1;
    timer = nudges < MOST_NUDGES ? setTimeout(nudge, NUDGE_MS) : undefined;
  };
  const root = new RootWait(guest.state.argv, () => guest.wake());
  const probe = (recent: string) => {
    if (isReady(recent, ready)) return true;
    if (root.isOver(recent)) return false;
    // A key may stop a boot loader, so the kernel must have spoken first.
    if (isDefault && !timer && nudges === 0 && HIDDEN_PROMPT.test(recent) && guest.hasKernel)
      timer = setTimeout(nudge, NUDGE_MS);
    return undefined;
  };
  const hint = () => `It never matched the ready pattern ${ready.source}`;
  try {
    if (!(await guest.waitFor({ phase: 'boot', timeoutMs, probe, hint }))) throw stalledError(guest.state);
  } finally {
    clearTimeout(timer);
    root.end();
  }
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
  const root = new RootWait(guest.state.argv, () => guest.wake());
  const probe = (recent: string) => {
    if (root.isOver(recent)) return 'stalled';
    if (diagnose({ ...guest.state, console: recent })[0]?.outcome === expected) return 'failed';
    return isReady(recent, ready) ? 'ready' : undefined;
  };
  try {
    const came = await guest.waitFor({ phase: 'boot', timeoutMs, probe, complaintsExpected: true });
    if (came === 'ready') throw readyError(guest.state);
    if (came === 'stalled') throw stalledError(guest.state);
    await guest.settle();
    throw failedError(guest.state);
  } catch (error) {
    if (!(error instanceof ToolError) || error.fields.outcome === undefined) throw error;
    // An error with an outcome is one of guestError's.
    const { outcome, exitCode, diagnoses } = error.fields as unknown as GuestFailure;
    if (outcome !== expected) throw outcomeError(expected, error);
    return { outcome, exitCode, diagnoses };
  } finally {
    root.end();
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
    complaintsExpected: panicExpected,
    probe: () => guest.exit ?? (Date.now() >= deadline ? STILL_THERE : undefined),
  });
  if (exit === STILL_THERE) await end();
  else if (exit.exitCode !== 0) throw exitedError(exit, guest.state);
}
