import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { dyingWithUs, quoteCommand, startProgram, ToolError, type RunningProgram } from '@bringup/process';
import { endBoard, requireProgram, wrapped, type PlanRun } from './board-process.js';
import { QmpClient } from '../qmp/qmp-client.js';
import { pathsOf, withRun, type RunPaths } from './run-directory.js';
import { started, writeRecord, type RunKind, type RunSubject } from './run-record.js';

/** QEMU has made its machine by then, also when eight others start on two CPUs. */
const READY_MS = 60_000;
const END_MS = 1_000;
const STDERR_LIMIT = 16_384;

interface BesideOptions {
  kind: RunKind;
  subject?: RunSubject;
  signal?: AbortSignal;
  /** The copy-pasteable QEMU command, before it runs. */
  onCommand?: (command: string) => void;
}

/** A machine that runs beside other work. */
export interface BesideRun {
  id: string;
  /** The run's directory, gone when the work has ended: what the work needs may be written there. */
  directory: string;
  paths: RunPaths;
  /** Aborted when QEMU has ended. */
  ended: AbortSignal;
  /** Runs a command, written as for QEMU's monitor. @returns the monitor's answer */
  ask(command: string): Promise<string>;
}

/**
 * Starts QEMU without a terminal, waits until its machine is there, and does some work beside it. When the work ends,
 * QEMU does; the other way round it is up to the work.
 *
 * @throws ToolError `TOOL_MISSING`; `QEMU_FAILED` with what QEMU said, where its machine never was there
 * @throws the signal's reason when aborted
 */
export function runBeside<T>(
  plan: PlanRun,
  options: BesideOptions,
  work: (run: BesideRun) => Promise<T>,
): Promise<T> {
  const { kind, subject, signal, onCommand } = options;
  return withRun(kind, subject, async ({ directory, record }) => {
    signal?.throwIfAborted();
    const paths = pathsOf(directory);
    const planned = plan(paths);
    await requireProgram(planned.argv[0]);
    onCommand?.(quoteCommand(wrapped(planned)));
    // In a process group of its own: Ctrl-C at the terminal is for whoever works there.
    const program = await startProgram(dyingWithUs(wrapped(planned)), { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = collect(program);
    try {
      const ended = new AbortController();
      void program.exited.then(() => ended.abort());
      await waitUntilReady(paths.qmpSocket, { program, said, ended: ended.signal, signal });
      await writeRecord(directory, started(record, program.pid, planned));
      return await work({
        id: record.id,
        directory,
        paths,
        ended: ended.signal,
        ask: (command) => ask(paths.qmpSocket, command),
      });
    } finally {
      await endBoard(program, paths);
    }
  });
}

/** Both streams are read, or QEMU would stand still when a pipe is full. */
function collect({ stdout, stderr }: RunningProgram): () => string {
  let text = '';
  stdout?.resume();
  stderr?.on('data', (bytes: Buffer) => {
    text = (text + bytes.toString()).slice(-STDERR_LIMIT);
  });
  return () => text.trim();
}

interface Starting {
  program: RunningProgram;
  said: () => string;
  ended: AbortSignal;
  signal?: AbortSignal;
}

async function waitUntilReady(socket: string, { program, said, ended, signal }: Starting): Promise<void> {
  try {
    const either = signal ? AbortSignal.any([signal, ended]) : ended;
    (await QmpClient.connect(socket, { timeoutMs: READY_MS, signal: either })).close();
  } catch (error) {
    signal?.throwIfAborted();
    // QEMU's sockets close a moment before it is known to have ended.
    await Promise.race([program.exited, sleep(END_MS, undefined, { ref: false })]);
    if (!ended.aborted) throw error;
    if (program.stderr && !program.stderr.readableEnded)
      await once(program.stderr, 'end').catch(() => undefined);
    const message = `QEMU ended before its machine was there:\n${said()}`;
    throw new ToolError('QEMU_FAILED', message, { said: said() }, error);
  }
}

async function ask(socket: string, command: string): Promise<string> {
  const qmp = await QmpClient.connect(socket, { timeoutMs: READY_MS });
  try {
    return String(await qmp.execute('human-monitor-command', { 'command-line': command }));
  } finally {
    qmp.close();
  }
}
