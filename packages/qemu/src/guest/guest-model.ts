import type { TestCounts } from './ktap.js';
import type { Complaint, Diagnosis, Outcome } from '../doctor/index.js';

/** A line, or lines, for the guest's shell and what must come of it. */
export interface GuestCommand {
  run: string;
  /**
   * Source of a JavaScript regular expression (flag `m`) that the output must match, with or without the
   * kernel's messages in between.
   */
  expect?: string;
  /** Default 0. */
  exitCode?: number;
}

/** A complaint of the kernel that a test does not fail for. */
export interface Allowance {
  /** Source of a regular expression over the kernel's line. */
  pattern: string;
  reason: string;
}

/** The requirements that a guest must meet to pass. */
export interface GuestTest {
  /** Source of a regular expression (flag `m`) over the console without control sequences; see {@link SHELL_PROMPT}. */
  readyPattern: string;
  /** The required outcome of the boot. Default: `ready`. With any other, no command is run. */
  expectedOutcome?: Outcome;
  commands: readonly GuestCommand[];
  /** Known complaints of the kernel. Any other fails the test, before and after the guest is ready. */
  allow?: readonly Allowance[];
  bootTimeoutMs: number;
  commandTimeoutMs: number;
  /** Typed at the end. If QEMU still runs after `timeoutMs`, it is asked to quit. */
  powerOff: { command: string; timeoutMs: number };
}

/** A line that ends, for now, in a shell's prompt: `/ # `, `~ $ `, `root@board:~# `; U-Boot's headings begin with `## `. */
export const SHELL_PROMPT = String.raw`(^|\n)[^\n]*(?<!#)[#$] $`;

export interface GuestCommandResult {
  run: string;
  /** With LF line ends and without control sequences. */
  output: string;
  exitCode: number;
  ms: number;
}

/** A complaint, and the reason why it is allowed. */
export interface AllowedComplaint extends Complaint {
  reason: string;
}

export interface GuestTestResult {
  outcome: Outcome;
  exitCode: number;
  /** Of an expected failure. */
  diagnoses: readonly Diagnosis[];
  /** From QEMU's start to the ready pattern, or to the expected failure. */
  bootMs: number;
  commands: GuestCommandResult[];
  /** Of tests that reported by KTAP; undefined where none did. */
  tests?: TestCounts;
  /** Complaints of the kernel that are allowed. */
  complaints: AllowedComplaint[];
  /** Allowances that no complaint needed. */
  unneeded: readonly Allowance[];
  /** All that the guest wrote, as it wrote it. */
  consoleLog: string;
}
