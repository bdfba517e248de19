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
  const complaints = error.message.split('\n').filter((line) => /^\s*(E|Err:\d+)\b/.test(line));
  const message = [`${what} could not be downloaded:`, ...complaints.map((line) => `  ${line.trim()}`)].join(
    '\n',
  );
  return new ToolError('APT_FAILED', message, { what }, error);
}
