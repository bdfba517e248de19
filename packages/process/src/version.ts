import { runProgram } from './run.js';

/**
 * The line by which a tool names its version: the first non-empty one of `PROGRAM --version`.
 *
 * @throws ToolError `TOOL_MISSING`, `TOOL_FAILED`
 */
export async function probeVersion(program: string): Promise<string> {
  const { stdout } = await runProgram([program, '--version'], { timeoutMs: 20_000 });
  return (
    stdout
      .split('\n')
      .find((line) => line.trim())
      ?.trim() ?? 'no version'
  );
}
