import type { ErrorCode } from './error-codes.js';

/** The base of both kinds of error: a constant code for programs, and fields for messages. */
abstract class BringupError extends Error {
  /** Constant, upper-case identifier of the failure; scripts may match on it. */
  readonly code: ErrorCode;
  /** The values the message speaks of, for `--json` output and tests. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, fields: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.fields = fields;
  }
}

/** The input is at fault (an option, a fragment, a source): the message says what to change. */
export class UserError extends BringupError {}

/**
 * One error for several faults of the input: the code of the first, and the messages of all.
 *
 * @param errors at least one
 */
export function joinErrors(errors: readonly [UserError, ...UserError[]]): UserError {
  const [first, ...more] = errors;
  if (more.length === 0) return first;
  const message = errors.map((error) => error.message).join('\n');
  return new UserError(first.code, message, { faults: errors.map(({ fields }) => fields) });
}

/** A program or the host failed: the message says which, how, and what to do next. */
export class ToolError extends BringupError {}

/** Thrown where work was stopped on request (Ctrl-C, SIGTERM, the parent's death). */
export class AbortedError extends BringupError {
  constructor(reason: string) {
    super('ABORTED', `stopped: ${reason}`, { reason });
  }
}

/** True for an error of Bringup's own, whose message is meant for people as it stands. */
export function isBringupError(error: unknown): error is UserError | ToolError | AbortedError {
  return error instanceof BringupError;
}
