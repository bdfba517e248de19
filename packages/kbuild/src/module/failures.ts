import { UserError } from '@bringup/process';
import { firstErrors, refused } from '../program/failures.js';

/** `ERROR: modpost: "foo" [/x/hello.ko] undefined!`; before Linux 5.18 without the quotes. */
const UNDEFINED = /^ERROR: modpost: "?([^"\s]+)"? \[(\S+?)\.ko\] undefined!/;

/** Lines in which make reports the failed rule. The reason stands above them. */
const NOISE = /^make(\[\d+\])?: |^ {2}[A-Z]+ (\[M\])? /;

/**
 * Turns the failure of make into the user's error: `COMPILE_FAILED` with the compiler's first errors, or
 * `MODULE_UNRESOLVED`, `MODULE_REFUSED` with modpost's.
 *
 * @param said make's output, with paths of the workspace as the user knows them
 */
export function describeModuleFailure(
  error: unknown,
  module: string,
  kernel: string,
  said: readonly string[],
): unknown {
  if (!refused(error)) return error;
  const lines = said.filter((line) => !NOISE.test(line));
  const modpost = lines.filter((line) => line.startsWith('ERROR: modpost:'));
  const symbols = [...new Set(modpost.flatMap((line) => UNDEFINED.exec(line)?.[1] ?? []))];
  if (symbols.length > 0) {
    const message =
      `the kernel ${kernel} exports no ${symbols.join(', ')}. ` +
      `Correct the name, or turn on what exports it (EXPORT_SYMBOL in the kernel's source; nx run ${kernel}:menuconfig): ` +
      'a function of the kernel that is not exported is not for modules';
    return new UserError('MODULE_UNRESOLVED', message, { module, kernel, symbols }, error);
  }
  if (modpost.length > 0) {
    const reasons = modpost.map((line) => `  ${line.replace(/^ERROR: modpost: /, '')}`).join('\n');
    return new UserError('MODULE_REFUSED', `modpost refuses ${module}:\n${reasons}`, { module }, error);
  }
  if (!lines.some((line) => COMPILER_ERROR.test(line))) return error;
  const message = `${module} does not compile:\n${firstErrors(lines, COMPILER_ERROR)}`;
  return new UserError('COMPILE_FAILED', message, { module }, error);
}

const COMPILER_ERROR = /(^|[: ])(fatal )?[eE]rror:/;
