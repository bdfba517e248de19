import { constants } from 'node:os';
import { dyingWithUs, openTerminal, quoteCommand, startProgram, type ProgramExit } from '@bringup/process';
import { diagnose, readConsoleLog, readFormats, type Diagnosis } from '../doctor/index.js';
import { createLineRelay } from './line-relay.js';
import { endBoard, requireProgram, wrapped, type PlanRun } from './board-process.js';
import { pathsOf, withRun } from './run-directory.js';
import { started, writeRecord, type RunSubject } from './run-record.js';

interface BoardRunOptions {
  /** Whose run it is; without it no board's commands find it. */
  subject?: RunSubject;
  signal?: AbortSignal;
  /** The copy-pasteable QEMU command, before it runs. */
  onCommand?: (command: string) => void;
}

/** How an interactive run ended. */
interface BoardRun {
  /** QEMU's; 128 and the signal's number when a signal ended it, as shells count. */
  exitCode: number;
  /** The diagnoses of a failed boot, from the console's log. */
  diagnoses: readonly Diagnosis[];
}

/**
 * Runs QEMU on the user's terminal until it ends, and leaves the terminal as it was. QEMU shares our process
 * group (it must be in the foreground to read keys) and dies with us, SIGKILL included.
 *
 * @throws ToolError `TOOL_MISSING`
 * @throws the signal's reason when aborted
 */
export function runOnTerminal(plan: PlanRun, options: BoardRunOptions = {}): Promise<BoardRun> {
  return withRun('terminal', options.subject, async ({ directory, record }) => {
    options.signal?.throwIfAborted();
    const paths = pathsOf(directory);
    const planned = plan(paths);
    const { argv } = planned;
    await requireProgram(argv[0]);
    options.onCommand?.(quoteCommand(wrapped(planned)));
    const formats = await readFormats(argv);
    const terminal = await openTerminal();
    try {
      const program = await startProgram(dyingWithUs(wrapped(planned)), {
        stdio: terminal.interactive ? terminal.descriptors : [0, 'pipe', 2],
        // Without a process group of its own that could be owned, so the kernel is asked.
        foreground: true,
      });
      await writeRecord(directory, started(record, program.pid, planned));
      const relay = createLineRelay((text) => process.stdout.write(text));
      program.stdout?.setEncoding('utf8').on('data', (text: string) => relay.push(text));
      const onAbort = () => void endBoard(program, paths);
      options.signal?.addEventListener('abort', onAbort, { once: true });
      if (options.signal?.aborted) onAbort();
      const exit = await program.exited;
      relay.end();
      options.signal?.removeEventListener('abort', onAbort);
      options.signal?.throwIfAborted();
      const exitCode = exitCodeOf(exit);
      // Where QEMU itself failed, it has said why on the terminal.
      if (exitCode !== 0) return { exitCode, diagnoses: [] };
      const console = await readConsoleLog(paths.consoleLog);
      return { exitCode, diagnoses: diagnose({ ...formats, argv, console, stderr: '', end: 'exit' }) };
    } finally {
      await terminal.restore();
    }
  });
}

function exitCodeOf({ exitCode, signal }: ProgramExit): number {
  return exitCode ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}
