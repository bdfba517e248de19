import { ToolError, UserError } from '@bringup/process';
import type { ProgramSettings } from './settings.js';

/** Lines of the compiler that are shown: the first errors cause most of the others. */
const SHOWN_LINES = 24;

/** The compiler's output from its first error on. */
export function firstErrors(lines: readonly string[], error: RegExp): string {
  const first = lines.findIndex((line) => error.test(line));
  // "In file included from …" and "In function …" stand right above.
  let start = Math.max(first, 0);
  while (start > 0 && /^(In file included from| +from |.*: In function )/.test(lines[start - 1]!)) start--;
  const shown = lines.slice(start, start + SHOWN_LINES).map((line) => `  ${line}`);
  const rest = lines.length - start - SHOWN_LINES;
  return [...shown, ...(rest > 0 ? [`  … and ${rest} more lines`] : [])].join('\n');
}

/** True when a program ran and refused its input; a program that is missing, or was killed, did not. */
export function refused(error: unknown): boolean {
  return error instanceof ToolError && error.code === 'TOOL_FAILED' && error.fields.exitCode !== undefined;
}

/** Turns the failure of a compiler into the user's error `COMPILE_FAILED`, with its own first errors. */
export function describeCompileFailure(error: unknown, source: string, said: readonly string[]): unknown {
  if (!refused(error)) return error;
  const message = `${source} does not compile:\n${firstErrors(said, /(^|[: ])(fatal )?[eE]rror:/)}`;
  return new UserError('COMPILE_FAILED', message, { source }, error);
}

/** The same of rustc, which says by itself that it was the linker. */
export function describeRustFailure(
  error: unknown,
  settings: ProgramSettings,
  said: readonly string[],
): unknown {
  if (said.some((line) => line.startsWith('error: linking with'))) {
    return describeLinkFailure(error, settings, said);
  }
  if (!refused(error)) return error;
  const [source] = settings.sources;
  const message = `${source} does not compile:\n${firstErrors(said, /^error(\[E\d+\])?:/)}`;
  return new UserError('COMPILE_FAILED', message, { source }, error);
}

/** Why a symbol is missing in a program without the C library, where the reason is not plain. */
const TRAPS: readonly { symbol: RegExp; reason: string }[] = [
  {
    symbol: /^(_exit|exit|_Exit)$/,
    reason:
      'a program ends by a system call, which is for its own assembly to make. It must: nobody called the entry ' +
      'point, so a return from it jumps to an address that is none',
  },
  {
    symbol: /^__stack_chk_/,
    reason:
      'the stack protector keeps its canary where the C library put it. Remove -fstack-protector from compilerFlags',
  },
  {
    symbol: /^(memcpy|memmove|memset|memcmp)$/,
    reason:
      'gcc calls it by itself, for a large copy or initialiser, in freestanding code too: define it in a source',
  },
  {
    symbol: /^raise$/,
    reason:
      "libgcc's division calls it for a divisor of zero on 32-bit arm: define raise, or __aeabi_idiv0 instead",
  },
];

/**
 * Turns the failure of a linker into the user's error `LINK_FAILED`, or `ENTRY_MISSING`, with the reasons for what a
 * program without the C library lacks.
 */
export function describeLinkFailure(
  error: unknown,
  settings: ProgramSettings,
  said: readonly string[],
): unknown {
  if (!refused(error)) return error;
  const required = find(said, /required symbol [`'](.+)' not defined/);
  if (required[0] !== undefined) return missingEntry(required[0], settings, error);
  const undefinedSymbols = find(said, /undefined reference to [`'](.+)'/);
  const lines = [
    `${settings.output} does not link:`,
    firstErrors(said, /undefined reference|error:|cannot find|multiple definition/),
  ];
  if (!settings.libc && undefinedSymbols.length > 0) lines.push(...explain(undefinedSymbols));
  return new UserError('LINK_FAILED', lines.join('\n'), { symbols: undefinedSymbols }, error);
}

function explain(symbols: readonly string[]): string[] {
  const trapped = symbols.flatMap((symbol) => {
    const trap = TRAPS.find((one) => one.symbol.test(symbol));
    return trap ? [`${symbol}: ${trap.reason}.`] : [];
  });
  return [
    `"libc": false links no C library: ${symbols.join(', ')} must be defined by one of the sources, or "libc" be true.`,
    ...trapped,
  ];
}

function missingEntry(entry: string, settings: ProgramSettings, cause: unknown): UserError {
  const cure =
    settings.entry === undefined
      ? 'Define it (assembly: .global _start), or name another symbol: "entry": "main"'
      : 'Correct the option "entry"; a symbol of assembly has to be .global';
  return new UserError(
    'ENTRY_MISSING',
    `no source defines ${entry}, where ${settings.output} is to start. ${cure}.`,
    { entry },
    cause,
  );
}

function find(lines: readonly string[], pattern: RegExp): string[] {
  return [...new Set(lines.flatMap((line) => pattern.exec(line)?.[1] ?? []))];
}
