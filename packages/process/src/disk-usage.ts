import { runProgram } from './run.js';

/**
 * The bytes that a file, or a directory and everything below it, takes on its disk. Files that vanish meanwhile do not count.
 *
 * @throws ToolError `TOOL_MISSING`
 */
export async function diskUsage(path: string): Promise<number> {
  // du exits with 1 when a file is gone before it was looked at, and still prints the sum.
  const { stdout } = await runProgram(['du', '-s', '-k', '--', path], { okExitCodes: [0, 1] });
  return Number.parseInt(stdout, 10) * 1024 || 0;
}
