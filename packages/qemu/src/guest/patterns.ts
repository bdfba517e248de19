import { UserError } from '@bringup/process';

/** @param what the option that has it; @throws UserError `INVALID_PATTERN` */
export function compilePattern(source: string, what: string): RegExp {
  try {
    return new RegExp(source, 'm');
  } catch (cause) {
    const message = `${what} is not a regular expression: ${(cause as Error).message}`;
    throw new UserError('INVALID_PATTERN', message, { source }, cause);
  }
}
