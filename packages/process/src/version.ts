import { runProgram } from './run.js';

/**
 * The line by which a tool names its version: the first non-empty one of `PROGRAM --version`. Some print it on stderr: that
 * counts where stdout is empty.
 *
 * @param options for a tool that has another way to be asked
 * @throws ToolError `TOOL_MISSING`, `TOOL_FAILED`
 */
export async function probeVersion(
  program: string,
  { args = ['--version'], okExitCodes }: { args?: readonly string[]; okExitCodes?: readonly number[] } = {},
): Promise<string> {
  const first: { stdout?: string; stderr?: string } = {};
  await runProgram([program, ...args], {
    timeoutMs: 20_000,
    okExitCodes,
    onLine: (line, stream) => {
      if (line.trim()) first[stream] ??= line.trim();
    },
  });
  return first.stdout ?? first.stderr ?? 'no version';
}
