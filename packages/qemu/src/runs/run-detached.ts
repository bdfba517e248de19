import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { remove } from 'fs-extra';
import {
  dyingWithUs,
  identifyProcess,
  quoteCommand,
  releaseDirectory,
  startKept,
  ToolError,
  type KeptProgram,
} from '@bringup/process';
import { requireProgram, wrapped, type PlanRun } from './board-process.js';
import { QmpClient } from '../qmp/qmp-client.js';
import { createRun, pathsOf } from './run-directory.js';
import { started, writeRecord, type Run, type RunSubject } from './run-record.js';

/** QEMU has made its machine by then, also when eight others start on two CPUs. */
const READY_MS = 60_000;
const END_MS = 1_000;
const STDERR_LIMIT = 16_384;

interface DetachedOptions {
  subject: RunSubject;
  signal?: AbortSignal;
  /** The copy-pasteable QEMU command, before it runs. */
  onCommand?: (command: string) => void;
  /** Open files that QEMU inherits, and with them the locks on them. */
  descriptors?: readonly number[];
}

/**
 * Starts QEMU so that it outlives this process, and waits until its machine is there. Before that it ends with us.
 *
 * @throws ToolError `TOOL_MISSING`; `QEMU_FAILED` with what QEMU said
 * @throws the signal's reason when aborted
 */
export async function runDetached(plan: PlanRun, options: DetachedOptions): Promise<Run> {
  const run = await createRun('detached', options.subject);
  const { directory } = run;
  let stderr: FileHandle | undefined;
  let program: KeptProgram | undefined;
  try {
    stderr = await open(join(directory, 'stderr.log'), 'w+');
    const planned = plan(pathsOf(directory));
    await requireProgram(planned.argv[0]);
    options.onCommand?.(quoteCommand(wrapped(planned)));
    options.signal?.throwIfAborted();
    program = await startKept(dyingWithUs(wrapped(planned)), directory, stderr.fd, options.descriptors);
    await waitUntilReady(program, { directory, stderr, signal: options.signal });
    const owner = identifyProcess(program.keeperPid) ?? run.record.owner;
    const record = { ...started(run.record, program.pid, planned), owner };
    await writeRecord(directory, record);
    await program.keep();
    return { directory, record };
  } catch (error) {
    await program?.abandon();
    await remove(directory);
    throw error;
  } finally {
    await stderr?.close();
    releaseDirectory(directory);
  }
}

interface Starting {
  directory: string;
  stderr: FileHandle;
  signal?: AbortSignal;
}

async function waitUntilReady(program: KeptProgram, { directory, stderr, signal }: Starting): Promise<void> {
  const ended = new AbortController();
  void program.exited.then(() => ended.abort());
  const either = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  try {
    const qmp = await QmpClient.connect(pathsOf(directory).qmpSocket, {
      timeoutMs: READY_MS,
      signal: either,
    });
    qmp.close();
  } catch (error) {
    signal?.throwIfAborted();
    // QEMU's sockets close a moment before it is known to have ended.
    await Promise.race([program.exited, sleep(END_MS, undefined, { ref: false })]);
    if (!ended.signal.aborted) throw error;
    // The directory is gone with its keeper, the open file is not.
    const { buffer, bytesRead } = await stderr.read(Buffer.alloc(STDERR_LIMIT), 0, STDERR_LIMIT, 0);
    const said = buffer.toString('utf8', 0, bytesRead).trim();
    throw new ToolError('QEMU_FAILED', `QEMU ended before its machine was there:\n${said}`, { said }, error);
  }
}
