import { runProgram } from './run.js';

/**
 * The line by which a tool names its version: the first non-empty one of `PROGRAM --version`.
 *
 * @param options for a tool that has another way to be asked
 * @throws ToolError `TOOL_MISSING`, `TOOL_FAILED`
 */
export async function probeVersion(
  program: string,
  { args = ['--version'], okExitCodes }: { args?: readonly string[]; okExitCodes?: readonly number[] } = {},
): Promise<string> {
  const { stdout } = await runProgram([program, ...args], { timeoutMs: 20_000, okExitCodes });
  return (
    stdout
      .split('\n')
      .find((line) => line.trim())
      ?.trim() ?? 'no version'
  );
}
