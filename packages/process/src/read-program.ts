import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scrubbedEnvironment, type Environment } from './environment.js';
import { ToolError } from './errors.js';
import { missingProgram } from './programs.js';
import type { Argv } from './run.js';

/**
 * All of the stdout of a program that only reads, and ends soon. Nx starts one for each source tree on every command, so this does
 * without execa, which takes longer to load than git takes to run, and without a reaper: a program that is left alone does no harm.
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
  const file = await openUnnamed().catch(() => undefined);
  try {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', file?.fd ?? 'pipe', 'ignore'] });
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
    return file ? await readWhole(file) : Buffer.concat(chunks);
  } finally {
    await file?.close();
  }
}

/** A temporary file that is gone when it is closed. */
async function openUnnamed(): Promise<FileHandle> {
  const path = join(tmpdir(), `bringup-read-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}

async function readWhole(file: FileHandle): Promise<Buffer> {
  const output = Buffer.allocUnsafeSlow((await file.stat()).size);
  await file.read(output, 0, output.length, 0);
  return output;
}
