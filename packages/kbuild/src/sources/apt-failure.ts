import { ToolError } from '@bringup/process';
import { badSha256 } from './checksum.js';

/** apt's complaints, without its long command. apt removes files with another hash before anybody can look at them. */
export function describeAptFailure(error: unknown, what: string, locked: string): unknown {
  if (!(error instanceof ToolError) || error.code !== 'TOOL_FAILED') return error;
  if (error.message.includes('Hash Sum mismatch')) {
    const hash = (which: string) =>
      new RegExp(`Hashes of ${which} file:\\s[^:]*?SHA256:([0-9a-f]{64})`).exec(error.message)?.[1];
    return badSha256(what, hash('expected') ?? locked, hash('received') ?? 'unknown', 'the archive');
  }
  const message = [`${what} could not be downloaded:`, ...complaintsOf(error.fields.tail as string[])];
  return new ToolError('APT_FAILED', message.join('\n  '), { what }, error);
}

/**
 * The lines of apt's output that say what failed, and why. The answer of a server, or the failure to reach it, stands below an
 * `Err:1` line, indented; `E:` repeats it for some failures only. Without any such line the output is all there is to show.
 */
export function complaintsOf(output: readonly string[]): string[] {
  let below = false;
  const complaints = output.filter((line) => {
    below = /^Err:\d+ /.test(line) || (below && /^\s/.test(line));
    return below || /^[EW]: /.test(line);
  });
  return [...new Set(complaints.length > 0 ? complaints : output)];
}
