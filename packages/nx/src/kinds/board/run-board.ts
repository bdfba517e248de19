import { ToolError } from '@bringup/process';
import { formatDiagnosis, runOnTerminal, type RunPaths } from '@bringup/qemu';
import type { QemuOptions } from '../../generated/qemu-options.js';
import { checkBoard, planBoard, type PlanBoard } from './board.js';
import { runSubject } from './runs.js';
import { releaseAll } from './written-drives.js';
import type { Task } from '../../tasks/task.js';

/**
 * Boots a board with its console on the user's terminal, until the guest ends or the task is aborted.
 *
 * @param print shows a line about a boot that failed. Where Nx collects what a task says (--outputStyle=static), it drops the
 * standard error of one that succeeds.
 * @throws ToolError `QEMU_FAILED`, and all that `checkBoard` and `planBoard` throw
 * @throws the signal's reason when aborted
 */
export async function bootOnTerminal(
  task: Task,
  options: QemuOptions,
  print: (line: string) => void = (line) => console.log(`${task.project}: ${line}`),
): Promise<void> {
  await checkBoard(task, options);
  const plan = await planBoard(task, options);
  try {
    await stay(task, plan, print);
  } finally {
    await releaseAll(plan.locks);
  }
}

async function stay(task: Task, plan: PlanBoard, print: (line: string) => void): Promise<void> {
  const planRun = (paths: RunPaths) => {
    const planned = plan({ console: 'terminal', ...paths });
    for (const endpoint of planned.endpoints) task.note(endpoint);
    return planned;
  };
  const { exitCode, diagnoses } = await runOnTerminal(planRun, {
    subject: runSubject(task),
    signal: task.signal,
    onCommand: task.command,
  });
  for (const line of diagnoses.flatMap(formatDiagnosis)) print(line);
  if (exitCode !== 0)
    throw new ToolError('QEMU_FAILED', `QEMU ended with exit code ${exitCode}`, { exitCode });
}
