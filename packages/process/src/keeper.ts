import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { scrubbedEnvironment } from './environment.js';
import { ToolError } from './errors.js';
import type { Argv } from './run.js';

/** A program in a session of its own, whose parent is a keeper; see {@link startKept}. */
export interface KeptProgram {
  readonly pid: number;
  readonly keeperPid: number;
  /** Resolves when the program has ended and its directory is gone. */
  readonly exited: Promise<void>;
  /** From now on the program outlives this process. */
  keep(): Promise<void>;
  /** Ends the program at once. */
  abandon(): Promise<void>;
}

/**
 * Starts a program that can outlive this process, and that dies with its keeper, a small side process. Until
 * {@link KeptProgram.keep} it also dies with us, however we die.
 *
 * @param directory removed by the keeper when the program has ended
 * @param stderr descriptor of a file that takes the program's stderr
 * @param descriptors open files that the program inherits, and with them the locks on them
 * @throws ToolError `TOOL_FAILED` when it cannot be started
 */
export async function startKept(
  argv: Argv,
  directory: string,
  stderr: number,
  descriptors: readonly number[] = [],
): Promise<KeptProgram> {
  // Not through execa: like the reaper, this child must outlive us.
  const keeper = spawn(
    process.execPath,
    [join(__dirname, 'keeper-main.js'), directory, String(descriptors.length), ...dyingWithUs(argv)],
    {
      stdio: ['pipe', 'pipe', stderr, ...descriptors],
      detached: true,
      env: scrubbedEnvironment(),
    },
  );
  const stdin = keeper.stdin!; // By stdio above.
  const stdout = keeper.stdout!;
  stdin.on('error', () => undefined); // It has ended: its exit speaks.
  const exited = new Promise<void>((resolve) => {
    keeper.once('exit', () => resolve());
    keeper.once('error', () => resolve());
  });
  const word = await firstLine(createInterface({ input: stdout }));
  const { pid, error } = JSON.parse(word ?? '{"error":"its keeper ended"}') as {
    pid?: number;
    error?: string;
  };
  if (pid === undefined || keeper.pid === undefined)
    throw new ToolError('TOOL_FAILED', `${argv[0]} could not be started: ${error}`, { argv });
  return {
    pid,
    keeperPid: keeper.pid,
    exited,
    keep: async () => {
      await new Promise<void>((resolve) => stdin.end('keep\n', () => resolve()));
      keeper.unref();
    },
    abandon: async () => {
      stdin.end();
      await exited;
    },
  };
}

async function firstLine(lines: ReturnType<typeof createInterface>): Promise<string | undefined> {
  const [line] = (await Promise.race([once(lines, 'line'), once(lines, 'close')])) as [string?];
  lines.close();
  return line;
}

/**
 * The same program, killed by the kernel when the process that starts it dies (prctl(2), PR_SET_PDEATHSIG): also when
 * that and the reaper are killed at once.
 */
export function dyingWithUs(argv: Argv): Argv {
  if (process.platform !== 'linux') return argv;
  return ['setpriv', '--pdeathsig', 'KILL', '--', ...argv];
}
