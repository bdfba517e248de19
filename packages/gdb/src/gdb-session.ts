import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { copy, readJson, writeFile } from 'fs-extra';
import {
  dyingWithUs,
  openTerminal,
  scrubbedEnvironment,
  startProgram,
  UserError,
  type ProgramExit,
  type RunningProgram,
} from '@bringup/process';
import {
  formatSessionDescription,
  formatSessionScript,
  MISMATCH,
  SESSION_DESCRIPTION,
  SESSION_PROGRAM,
  SESSION_SCRIPT,
  type Session,
} from './session-script.js';

/** Ships beside `dist`. */
const PROGRAM = join(__dirname, '..', 'python', SESSION_PROGRAM);
/** How long gdb has to say goodbye. */
const END_MS = 2_000;

/** Writes what gdb starts with; the path of its script. */
export async function writeSession(session: Session): Promise<string> {
  const { directory } = session;
  const script = join(directory, SESSION_SCRIPT);
  await copy(PROGRAM, join(directory, SESSION_PROGRAM));
  await writeFile(join(directory, SESSION_DESCRIPTION), formatSessionDescription(session));
  await writeFile(script, formatSessionScript(session));
  return script;
}

/** How gdb is to be run. */
export interface GdbRun {
  program: string;
  script: string;
  /** Commands for it, run after the script. */
  commands?: string;
  /** No prompt: it ends after the last command, with exit code 1 when one failed. */
  batch: boolean;
}

/** gdb's command line. A script's outcome is not to depend on the user's `.gdbinit`; who sits there wants it. */
export function gdbArgv({ program, script, commands, batch }: GdbRun): [string, ...string[]] {
  const quiet = batch ? ['--nx', '--batch'] : ['--quiet'];
  return [program, ...quiet, '-x', script, ...(commands === undefined ? [] : ['-x', commands])];
}

/**
 * gdb with the terminal's foreground to itself: Ctrl-C is to stop the guest, and must not reach the task runner, which is
 * in our process group. A shell with job control is what gives a program a group of its own and the terminal with
 * it (termios(3), tcsetpgrp), and takes it back at its end. Ctrl-Z would leave gdb stopped behind a shell that is gone.
 */
const FOREGROUND = ['sh', '-c', 'stty susp undef; set -m; "$@"', 'sh'] as const;

/**
 * Runs gdb on the terminal, or on what there is instead, to its end.
 *
 * @param signal ends it
 * @returns its exit code, undefined where a signal ended it
 */
export async function runGdb(run: GdbRun, signal: AbortSignal): Promise<ProgramExit> {
  const terminal = await openTerminal();
  try {
    const argv = gdbArgv(run);
    const onTerminal = terminal.interactive && !run.batch;
    // Should we be killed, the kernel ends the shell, and gdb after it.
    const inForeground = dyingWithUs([...FOREGROUND, ...dyingWithUs(argv)]);
    const program = await startProgram(onTerminal ? inForeground : argv, {
      stdio: onTerminal ? terminal.descriptors : [0, 1, 2],
      foreground: true,
      env: scrubbedEnvironment(userEnvironment(process.env)),
    });
    const onAbort = () => void (onTerminal ? stopJob(program) : program.stop(END_MS));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const exit = await program.exited;
    signal.removeEventListener('abort', onAbort);
    return exit;
  } finally {
    await terminal.restore();
  }
}

/** Ends the shell's job, and so the shell, which then has taken the terminal back. */
async function stopJob(shell: RunningProgram): Promise<void> {
  const kill = (signal: NodeJS.Signals) => {
    for (const pid of childrenOf(shell.pid)) {
      try {
        process.kill(pid, signal);
      } catch {
        // Ended meanwhile.
      }
    }
  };
  kill('SIGTERM');
  const timer = setTimeout(() => kill('SIGKILL'), END_MS);
  await shell.exited;
  clearTimeout(timer);
}

/** proc(5): the children that a process has now, separated by spaces. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return []; // It has ended.
  }
}

/** The user's variables that gdb needs: for .gdbinit, for the history, and for the size of a terminal that does not report it. */
function userEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const names = ['HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'LINES', 'COLUMNS'];
  return Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]!]] : [])));
}

/**
 * Whether the session ended because the guest's kernel is not the one that the symbols are of.
 *
 * @throws UserError `SYMBOLS_MISMATCH`
 */
export async function requireMatch(
  directory: string,
  vmlinux: string,
  buildId: string | undefined,
): Promise<void> {
  const mismatch = (await readJson(join(directory, MISMATCH)).catch(() => undefined)) as
    | { found: string | null }
    | undefined;
  if (mismatch !== undefined) throw symbolsMismatch(vmlinux, buildId, mismatch.found ?? undefined);
}

/** @param found the build id of the kernel that boots; undefined if it has no build id */
export function symbolsMismatch(
  vmlinux: string,
  buildId: string | undefined,
  found: string | undefined,
): UserError {
  const message =
    `the kernel that boots has ${found === undefined ? 'no build id where one should be' : `build id ${found}`}, ` +
    `the symbols in ${vmlinux} are of ${buildId}: breakpoints would be anywhere. ` +
    'Build both again, or name the vmlinux of that kernel by the option "vmlinux"';
  return new UserError('SYMBOLS_MISMATCH', message, { vmlinux, buildId, found });
}
