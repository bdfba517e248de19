import type { ExecutorContext } from '@nx/devkit';
import { ToolError, UserError } from '@bringup/process';
import { formatDiagnosis, runDetached, runOnTerminal, type RunPaths } from '@bringup/qemu';
import { checkBoard, planBoard, type PlanBoard } from '../../execution/board.js';
import { describeAsJson, runSubject } from '../../execution/runs.js';
import { runTask, type Task } from '../../execution/task.js';
import type { QemuOptions } from '../../generated/qemu-options.js';

/** `@bringup/nx:qemu`: see schema.json. */
export default function qemuExecutor(
  options: QemuOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, async (task) => {
    if (options.json && !options.detach)
      throw new UserError('OPTION_UNUSED', 'json is for a run with --detach: give both, or neither');
    await checkBoard(task, options);
    const plan = await planBoard(task, options);
    try {
      if (options.detach) await detach(task, plan, options.json === true);
      else await stay(task, plan);
    } finally {
      await plan.lock?.release();
    }
  });
}

async function stay(task: Task, plan: PlanBoard): Promise<void> {
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
  // Where Nx collects what a task says (--outputStyle=static), it drops the standard error of one that succeeds.
  for (const line of diagnoses.flatMap(formatDiagnosis)) console.log(`${task.project}: ${line}`);
  if (exitCode !== 0)
    throw new ToolError('QEMU_FAILED', `QEMU ended with exit code ${exitCode}`, { exitCode });
}

async function detach(task: Task, plan: PlanBoard, json: boolean): Promise<void> {
  let endpoints: readonly string[] = [];
  const planRun = (paths: RunPaths) => {
    const planned = plan({ console: 'socket', ...paths });
    endpoints = planned.endpoints;
    return planned;
  };
  const run = await runDetached(planRun, {
    subject: runSubject(task),
    signal: task.signal,
    onCommand: task.command,
    descriptors: plan.lock && [plan.lock.descriptor],
  });
  await plan.lock?.leaveTo(run.record.qemu ?? run.record.owner);
  if (json) return console.log(JSON.stringify(describeAsJson(run), null, 2));
  const { id, qemu } = run.record;
  for (const endpoint of endpoints) task.note(endpoint);
  task.note(`run ${id} (pid ${qemu?.pid}) goes on by itself:`);
  for (const target of ['attach', 'console', 'stop'])
    task.note(`  nx run ${task.project}:${target} --id=${id}`);
}
