import type { PreTasksExecution } from '@nx/devkit';

/** `PROJECT:TARGET` of every target whose console belongs on the terminal, as the graph has them. */
const consoleTasks = new Set<string>();

/** Told by the graph plugin, which runs in the same process before any task does. */
export function rememberConsoleTasks(tasks: readonly string[]): void {
  consoleTasks.clear();
  for (const task of tasks) consoleTasks.add(task);
}

/**
 * Gives a board's console the terminal. Nx reads keys itself while tasks run: its terminal UI does, and so does the
 * pseudo terminal of its native command runner, whose reader lives on after the task before the board has ended. A
 * guest's shell would miss keys. Both are switched off for a command that runs a board, and the executor opens
 * /dev/tty.
 */
export const preTasksExecution: PreTasksExecution = (_options, { argv }) => {
  if (!namesConsoleTask(argv)) return;
  process.env.NX_TUI = 'false';
  process.env.NX_NATIVE_COMMAND_RUNNER = 'false';
};

/** True when a word of the command line is such a task, with or without a configuration behind it. */
export function namesConsoleTask(
  argv: readonly string[],
  tasks: ReadonlySet<string> = consoleTasks,
): boolean {
  return argv.some((word) => tasks.has(word) || tasks.has(word.replace(/:[^:]+$/, '')));
}
