import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, fstatSync, openSync, readSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scrubbedEnvironment, type Environment } from './environment.js';
import { ToolError } from './errors.js';
import { missingProgram } from './programs.js';
import type { Argv } from './run.js';

/**
 * All of the stdout of a program that only reads, and ends soon. Nx starts one for each source tree on every command, so this does
 * without execa, which takes longer to load than git takes to run, and without a reaper: a program that is left alone does no harm.
 * The program has been started when this function returns, even if the caller then blocks the event loop.
 *
 * @param options.env the whole environment; by default {@link scrubbedEnvironment}
 * @returns undefined when the program did not exit with 0
 * @throws ToolError `TOOL_MISSING`, `TOOL_FAILED` when it cannot be started
 */
export async function readProgram(
  argv: Argv,
  { cwd, env = scrubbedEnvironment() }: { cwd: string; env?: Environment },
): Promise<Buffer | undefined> {
  const [program, ...args] = argv;
  // Reading megabytes through a pipe takes more than a hundred buffers. Where no file can be made, it has to do.
  const file = openUnnamed();
  try {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', file ?? 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    const [exitCode] = (await once(child, 'close').catch((cause: { code?: string }) => {
      if (cause.code === 'ENOENT' && existsSync(cwd)) throw missingProgram(program, cause);
      throw new ToolError(
        'TOOL_FAILED',
        `${program} could not be started: ${String(cause)}`,
        { argv },
        cause,
      );
    })) as [number | null];
    if (exitCode !== 0) return undefined;
    return file === undefined ? Buffer.concat(chunks) : readWhole(file);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** A temporary file that is gone when it is closed. @returns undefined where none can be made */
function openUnnamed(): number | undefined {
  try {
    const path = join(tmpdir(), `bringup-read-${randomUUID()}`);
    const file = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return file;
  } catch {
    return undefined;
  }
}

function readWhole(file: number): Buffer {
  const output = Buffer.allocUnsafeSlow(fstatSync(file).size);
  readSync(file, output, 0, output.length, 0);
  return output;
}
