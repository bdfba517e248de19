import { quoteCommand, ToolError, type ProgramExit, type ErrorCode } from '@bringup/process';
import { consoleTail, printable } from '../doctor/console-text.js';
import type { KtapReport } from './ktap.js';
import {
  diagnose,
  formatDiagnosis,
  OUTCOMES,
  outcomeOf,
  type BootEvidence,
  type Complaint,
  type Diagnosis,
  type Outcome,
} from '../doctor/index.js';

const TAIL_LINES = 25;

/** The state of a guest when it failed. */
export interface GuestState extends BootEvidence {
  /** In words: `boot`, `command 2 (uname -r)`, `power-off`. */
  phase: string;
}

/** The contents of the fields of a guest's error, for reports. */
export interface GuestFailure {
  outcome: Outcome;
  exitCode: number;
  diagnoses: readonly Diagnosis[];
  /** The whole console. */
  console: string;
}

interface Failing {
  code: ErrorCode;
  what: string;
  state: GuestState;
  fields: Record<string, unknown>;
  /** Where the failure itself says what became of the guest; else the doctor does. */
  outcome?: Outcome;
}

/** The error for a guest that failed: message, causes and remedies, the console's last lines, the command to repeat it. */
function guestError({ code, what, state, fields, outcome: known }: Failing): ToolError {
  const { argv, phase, console } = state;
  const tail = consoleTail(console, TAIL_LINES);
  const stderr = state.stderr.trim();
  const diagnoses = diagnose(state);
  const outcome = known ?? outcomeOf(diagnoses, state.end);
  const exitCode = OUTCOMES[outcome];
  const lines = [
    what,
    ...diagnoses.flatMap(formatDiagnosis),
    ...(stderr ? ['QEMU said:', ...indented(stderr.split('\n').map(printable))] : []),
    ...(tail.length > 0 ? ["The console's last lines:", ...indented(tail)] : []),
    `QEMU was started with: ${quoteCommand(argv)}`,
    formatOutcome(outcome),
  ];
  const failure: GuestFailure = { outcome, exitCode, diagnoses, console };
  return new ToolError(code, lines.join('\n'), { ...fields, ...failure, phase, argv, tail, stderr });
}

/** The last line of a message: what scripts look for. */
function formatOutcome(outcome: Outcome): string {
  return `Outcome: ${outcome} (exit code ${OUTCOMES[outcome]})`;
}

const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);

/** How the kernel's last message begins (kernel/panic.c). */
export const PANIC = 'Kernel panic - not syncing';

/** Where a message of the kernel's begins: a line, behind the time, or behind a prompt; not in the text of a program. */
const MESSAGE_START = String.raw`(?:^|\n|\] |[#$>] )`;

/** The kernel's panic message, once the line is complete; undefined if the kernel has not panicked. */
export function findPanic(cleanText: string): string | undefined {
  return new RegExp(`${MESSAGE_START}${PANIC}: ([^\\n]*)\\n`).exec(cleanText)?.[1];
}

export function panicError(panic: string, state: GuestState): ToolError {
  const what = `the guest's kernel panicked during ${state.phase}: ${printable(panic)}`;
  return guestError({ code: 'GUEST_PANIC', what, state: { ...state, end: 'panic' }, fields: { panic } });
}

export function timeoutError(timeoutMs: number, hint: string | undefined, state: GuestState): ToolError {
  const lastLine = consoleTail(state.console, 1)[0];
  const what = [
    `the guest's ${state.phase} took longer than ${timeoutMs} ms.`,
    lastLine === undefined ? 'No output at all.' : `Its last line: ${lastLine}`,
    ...(hint ? [hint] : []),
  ].join(' ');
  const fields = { timeoutMs, lastLine };
  return guestError({ code: 'GUEST_TIMEOUT', what, state: { ...state, end: 'timeout' }, fields });
}

export function exitedError(exit: ProgramExit, state: GuestState): ToolError {
  const how = exit.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit.exitCode}`;
  const what = `QEMU ${how} during ${state.phase}`;
  return guestError({ code: 'GUEST_EXITED', what, state: { ...state, end: 'exit' }, fields: { ...exit } });
}

export function commandError(
  detail: { command: string; wanted: string; got: string; output: string },
  state: GuestState,
): ToolError {
  const what = `in the guest, ${state.phase} failed: wanted ${detail.wanted}, got ${detail.got}`;
  return guestError({ code: 'GUEST_COMMAND_FAILED', what, state, fields: detail, outcome: 'command-failed' });
}

/** The kernel complained: of an oops, or of something that it survives, which a test must not pass over. */
export function complaintError(complaint: Complaint, state: GuestState): ToolError {
  const { outcome, text, at, line } = complaint;
  const place = at === undefined ? '' : `, at ${at}`;
  const what = `the guest's kernel complained during ${state.phase}: ${printable(text)}${place} (line ${line} of console.log)`;
  return guestError({ code: 'GUEST_COMPLAINT', what, state, fields: { complaint }, outcome });
}

/** How many failed tests a message names. */
const NAMED_TESTS = 10;

/** Tests in the guest reported failures by KTAP, in the kernel's log or in what a command printed. */
export function testsError({ passed, failed, skipped, failures }: KtapReport, state: GuestState): ToolError {
  const named = failures
    .slice(0, NAMED_TESTS)
    .map(
      ({ name, line, problem }) =>
        `${name || 'all'}${problem ? `: ${problem}` : ''} (line ${line} of console.log)`,
    );
  const more = failures.length > NAMED_TESTS ? [`and ${failures.length - NAMED_TESTS} more`] : [];
  const what = `${failed} of ${passed + failed} tests in the guest failed:\n${indented([...named, ...more]).join('\n')}`;
  const tests = { passed, failed, skipped, failures };
  return guestError({ code: 'GUEST_TESTS_FAILED', what, state, fields: { tests }, outcome: 'tests-failed' });
}

/** A guest that got ready where it was to fail. */
export function readyError(state: GuestState): ToolError {
  return guestError({
    code: 'GUEST_OUTCOME',
    what: 'the guest came up',
    state,
    fields: {},
    outcome: 'ready',
  });
}

/** A guest that shows a failure without having ended. */
export function failedError(state: GuestState): ToolError {
  return guestError({ code: 'GUEST_OUTCOME', what: 'the boot failed', state, fields: {} });
}

/** A guest that waits for something that does not come. */
export function stalledError(state: GuestState): ToolError {
  const what = `the guest's ${state.phase} does not go on`;
  return guestError({ code: 'GUEST_TIMEOUT', what, state: { ...state, end: 'timeout' }, fields: {} });
}

/** A guest that was to fail in one way, and did not. */
export function outcomeError(wanted: Outcome, cause: ToolError): ToolError {
  // An error with an outcome is one of guestError's.
  const { outcome } = cause.fields as unknown as GuestFailure;
  const message = `expected the outcome ${wanted}, but got ${outcome}: ${cause.message}`;
  return new ToolError('GUEST_OUTCOME', message, { ...cause.fields, wanted }, cause);
}
