import type { PreTasksExecution } from '@nx/devkit';

/** `PROJECT:TARGET` of every target whose console belongs on the terminal, as the graph has them. */
const consoleTasks = new Set<string>();

/** Told by the graph plugin, which runs in the same process before any task does. */
export function rememberConsoleTasks(tasks: readonly string[]): void {
  consoleTasks.clear();
  for (const task of tasks) consoleTasks.add(task);
}

const giveTerminal: PreTasksExecution = (_options, { argv }) => {
  if (!namesConsoleTask(argv)) return;
  process.env.NX_TUI = 'false';
  process.env.NX_NATIVE_COMMAND_RUNNER = 'false';
};

/**
 * Gives a board's console the terminal. Nx reads keys itself while tasks run: its terminal UI does, and so does the
 * pseudo terminal of its native command runner, whose reader lives on after the task before the board has ended. A
 * guest's shell would miss keys. Both are switched off for a command that runs a board, and the executor opens
 * /dev/tty.
 *
 * A hook costs each nx command some 0.4 s, because Nx starts a process for it. So there is none in a workspace whose
 * `.env` switches both off, a file that Nx reads before anything else.
 */
export const preTasksExecution = hookFor(process.env);

/** The hook that an environment needs, if any. Of the two variables Nx hands its daemon only this one. */
export function hookFor(environment: NodeJS.ProcessEnv): PreTasksExecution | undefined {
  return environment.NX_NATIVE_COMMAND_RUNNER === 'false' ? undefined : giveTerminal;
}

/** True when a word of the command line is such a task, with or without a configuration behind it. */
export function namesConsoleTask(
  argv: readonly string[],
  tasks: ReadonlySet<string> = consoleTasks,
): boolean {
  return argv.some((word) => tasks.has(word) || tasks.has(word.replace(/:[^:]+$/, '')));
}
