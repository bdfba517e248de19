import { createWriteStream, existsSync, type WriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Options } from 'execa';
import { scrubbedEnvironment, type Environment } from './environment.js';
import { AbortedError, ToolError } from './errors.js';
import { shareDescriptors } from './lock-descriptors.js';
import { missingProgram } from './programs.js';
import { quoteCommand } from './quote.js';
import { ownGroup, releaseGroup } from './reaper.js';

/** How much of a program's output is kept for the error message. */
const TAIL_LINES = 40;
/** Time between the polite signal and SIGKILL when a program is stopped. */
const GRACE_MS = 2000;

/** Program and arguments; never a shell string. */
export type Argv = readonly [program: string, ...args: string[]];

export interface StartOptions {
  cwd?: string;
  /** The child's whole environment. Default: {@link scrubbedEnvironment}. */
  env?: Environment;
  /** `pipe`: reachable as streams. `inherit` or a file descriptor: the child shares the caller's terminal and process group. */
  stdio?: 'pipe' | [stdin: 'ignore' | 'pipe' | number, stdout: 'pipe' | number, stderr: 'pipe' | number];
  /** Share the caller's process group: for a program that reads the terminal. */
  foreground?: boolean;
}

/** How a program ended; exactly one of the two is set. */
export interface ProgramExit {
  exitCode?: number;
  signal?: string;
}

/** A running program that this process owns: it ends with us, however we end. */
export interface RunningProgram {
  readonly pid: number;
  readonly argv: Argv;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Resolves when the program has ended; never rejects. */
  readonly exited: Promise<ProgramExit>;
  /** SIGTERM to the whole group, SIGKILL after a grace period; resolves when it is gone. */
  stop(graceMs?: number): Promise<void>;
}

/** As execa's types have it. */
type Stdio = ['pipe', 'pipe', 'pipe', ...'pipe'[]];

/**
 * Starts a program in a process group of its own (unless `foreground`).
 *
 * @throws ToolError `TOOL_MISSING` when it is not in PATH, `TOOL_FAILED` when it cannot be started
 */
export async function startProgram(argv: Argv, options: StartOptions = {}): Promise<RunningProgram> {
  const [program, ...args] = argv;
  const [stdin, stdout, stderr] =
    options.stdio === 'pipe' || !options.stdio ? (['pipe', 'pipe', 'pipe'] as const) : options.stdio;
  // Loaded when first needed: Nx loads this module for each command, and most start no program.
  const { execa } = await import('execa');
  const child = execa(program, [...args], {
    cwd: options.cwd,
    env: options.env ?? scrubbedEnvironment(),
    extendEnv: false,
    detached: !options.foreground,
    cleanup: true,
    buffer: false,
    reject: false,
    // The program inherits the locks' descriptors. execa accepts any descriptor; its types allow only 0 to 2.
    stdio: [stdin, stdout, stderr, ...shareDescriptors()] as unknown as Stdio,
    encoding: 'buffer',
  } satisfies Options);
  if (child.pid === undefined) {
    const result = await child;
    const cause = (result as { cause?: { code?: string } }).cause;
    if (cause?.code === 'ENOENT' && !options.cwd) throw missingProgram(program, cause);
    if (cause?.code === 'ENOENT') throw await programMissingOrDirectory(program, options.cwd, cause);
    throw new ToolError('TOOL_FAILED', `${program} could not be started: ${String(cause)}`, { argv }, cause);
  }
  const pid = child.pid;
  if (!options.foreground) ownGroup(pid);
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(options.foreground ? pid : -pid, signal);
    } catch {
      // Ended between the decision and the signal.
    }
  };
  const exited = child.then((result): ProgramExit => {
    if (!options.foreground) {
      // Members of the group that outlived its leader: the locks that they hold are about to be released.
      kill('SIGKILL');
      releaseGroup(pid);
    }
    return result.exitCode === undefined
      ? { signal: result.signal ?? 'unknown' }
      : { exitCode: result.exitCode };
  });
  const stop = async (graceMs = GRACE_MS) => {
    kill('SIGTERM');
    const timer = setTimeout(() => kill('SIGKILL'), graceMs);
    await exited;
    clearTimeout(timer);
  };
  return {
    pid,
    argv,
    stdin: child.stdin as Writable | null,
    stdout: child.stdout as Readable | null,
    stderr: child.stderr as Readable | null,
    exited,
    stop,
  };
}

async function programMissingOrDirectory(
  program: string,
  cwd: string | undefined,
  cause: unknown,
): Promise<ToolError> {
  if (cwd && !existsSync(cwd)) {
    return new ToolError(
      'TOOL_FAILED',
      `${program} could not be started: directory ${cwd} does not exist`,
      { program, cwd },
      cause,
    );
  }
  return missingProgram(program, cause);
}

export interface RunOptions extends Omit<StartOptions, 'stdio' | 'foreground'> {
  /** Written to the program's stdin; without it stdin is empty. */
  input?: string | Uint8Array;
  /** Called for each complete line of either stream, without its newline. */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Every byte of both streams, in the order they came. Truncated first. */
  logFile?: string;
  /** Takes stdout byte for byte, in place of the result's `stdout`: for binary output. Truncated first. */
  outputFile?: string;
  /** The copy-pasteable command, before it runs. */
  onCommand?: (command: string) => void;
  /** The program's pid, which is also its process group, once it has started. */
  onStart?: (pid: number) => void;
  /** The program is stopped when this aborts; its reason is thrown. */
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Exit codes that are not failures. Default: 0 only. */
  okExitCodes?: readonly number[];
}

/** The result of a finished program. */
export interface RunResult {
  exitCode: number;
  /** All of stdout, as text; empty with `outputFile`. */
  stdout: string;
}

/**
 * Runs a program to its end.
 *
 * @throws ToolError `TOOL_MISSING`, `TOOL_FAILED` (with the last lines of its output), `TOOL_TIMEOUT`
 * @throws the signal's reason (an `AbortedError`) when aborted
 * @throws whatever `onLine` throws; the program is stopped
 */
export async function runProgram(argv: Argv, options: RunOptions = {}): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const command = quoteCommand(argv);
  options.onCommand?.(command);
  const program = await startToRun(argv, options);
  const log = options.logFile ? openLog(options.logFile) : undefined;
  program.stdin?.on('error', () => undefined); // A program may end without reading its input: its exit code speaks.
  program.stdin?.end(options.input ?? '');

  let stopped: unknown;
  const stopFor = (reason: unknown) => {
    stopped ??= reason;
    void program.stop();
  };
  const output = collectOutput(program, options, log, stopFor);
  const onAbort = () => stopFor(options.signal?.reason ?? new AbortedError('aborted'));
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const timer = options.timeoutMs
    ? setTimeout(
        () =>
          stopFor(
            new ToolError(
              'TOOL_TIMEOUT',
              `${argv[0]} did not end within ${options.timeoutMs} ms: ${command}`,
              { argv },
            ),
          ),
        options.timeoutMs,
      )
    : undefined;
  try {
    const exit = await program.exited;
    const { stdout, tail } = await output;
    if (stopped) throw stopped;
    const exitCode = exit.exitCode;
    if (exitCode !== undefined && (options.okExitCodes ?? [0]).includes(exitCode))
      return { exitCode, stdout };
    throw new ToolError('TOOL_FAILED', failureMessage(argv[0], command, exit, tail, options.logFile), {
      argv,
      ...exit,
      tail,
    });
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
    await new Promise<void>((resolve) => (log ? log.end(() => resolve()) : resolve()));
  }
}

/** Starts a program whose stdout is the output file, if there is one. */
async function startToRun(argv: Argv, options: RunOptions): Promise<RunningProgram> {
  const program = await startWithOutput(argv, options);
  options.onStart?.(program.pid);
  return program;
}

async function startWithOutput(argv: Argv, { cwd, env, outputFile }: RunOptions): Promise<RunningProgram> {
  if (outputFile === undefined) return await startProgram(argv, { cwd, env });
  const file = await open(outputFile, 'w');
  try {
    return await startProgram(argv, { cwd, env, stdio: ['pipe', file.fd, 'pipe'] });
  } finally {
    // The program has its own. Not waited for: a program that ends before its output is read would be waited for forever.
    void file.close();
  }
}

function openLog(path: string): WriteStream {
  // The disk is full: the program goes on without its log, and says so itself.
  return createWriteStream(path).on('error', () => undefined);
}

function failureMessage(
  program: string,
  command: string,
  exit: ProgramExit,
  tail: string[],
  logFile?: string,
): string {
  const how = exit.signal ? `was ended by ${exit.signal}` : `failed with exit code ${exit.exitCode}`;
  const lines = [`${program} ${how}: ${command}`, ...tail.map((line) => `  ${line}`)];
  if (logFile) lines.push(`All of its output: ${logFile}`);
  return lines.join('\n');
}

async function collectOutput(
  program: RunningProgram,
  options: RunOptions,
  log: WriteStream | undefined,
  onFailure: (error: unknown) => void,
): Promise<{ stdout: string; tail: string[] }> {
  const tail: string[] = [];
  const chunks: Buffer[] = [];
  let failed = false;
  const follow = async (stream: Readable | null, name: 'stdout' | 'stderr') => {
    if (!stream) return;
    stream.on('data', (chunk: Buffer) => {
      log?.write(chunk);
      if (name === 'stdout') chunks.push(chunk);
    });
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      if (failed) continue; // Read to its end, or the program would stand still with a full pipe.
      try {
        options.onLine?.(line, name);
      } catch (error) {
        failed = true;
        onFailure(error);
      }
    }
  };
  await Promise.all([follow(program.stdout, 'stdout'), follow(program.stderr, 'stderr')]);
  return { stdout: Buffer.concat(chunks).toString('utf8'), tail };
}
