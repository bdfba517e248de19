import type { ExecutorContext } from '@nx/devkit';
import { UserError } from '@bringup/process';
import { runDetached, type RunPaths } from '@bringup/qemu';
import { checkBoard, planBoard, type PlanBoard } from '../board.js';
import { bootOnTerminal } from '../run-board.js';
import { describeAsJson, runSubject } from '../runs.js';
import { releaseAll } from '../written-drives.js';
import { handOver, readBoard } from '../watch/read-board.js';
import { watchBoard, type WatchedRun } from '../watch/watch-board.js';
import { object, texts } from '../../../options/unchecked.js';
import type { QemuOptions } from '../../../generated/qemu-options.js';
import type { Task } from '../../../tasks/task.js';

/** `@bringup/nx:qemu`: see schema.json. */
export default async function qemuExecutor(
  task: Task,
  options: QemuOptions,
  context: ExecutorContext,
): Promise<void> {
  refuseUnused(options);
  const board = readBoard(options, context);
  if (await handOver(board)) return;
  if (options.watch) return await watchBoard(task, board, watchedRun(context));
  if (!options.detach) return await bootOnTerminal(task, options);
  await checkBoard(task, options);
  const plan = await planBoard(task, options);
  try {
    await detach(task, plan, options.json === true);
  } finally {
    await releaseAll(plan.locks);
  }
}

function refuseUnused({ json, detach, watch }: QemuOptions): void {
  if (json && !detach)
    throw new UserError('OPTION_UNUSED', 'json is for a run with --detach: give both, or neither');
  if (!watch || !detach) return;
  const message =
    'watch keeps the console here and boots again at each save, but detach leaves the guest to itself: give one of the two';
  throw new UserError('OPTION_UNUSED', message);
}

function watchedRun({ projectName, targetName, configurationName, taskGraph }: ExecutorContext): WatchedRun {
  const id = [projectName, targetName, configurationName].filter((part) => part !== undefined).join(':');
  const overrides = object(taskGraph?.tasks[id]?.overrides);
  return { target: targetName ?? 'run', overrides: texts(overrides.__overrides_unparsed__) };
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
    descriptors: plan.locks.map(({ descriptor }) => descriptor),
  });
  const heir = run.record.qemu ?? run.record.owner;
  await Promise.all(plan.locks.map((lock) => lock.leaveTo(heir)));
  if (json) return console.log(JSON.stringify(describeAsJson(run), null, 2));
  const { id, qemu } = run.record;
  for (const endpoint of endpoints) task.note(endpoint);
  task.note(`run ${id} (pid ${qemu?.pid}) goes on by itself:`);
  for (const target of ['attach', 'console', 'stop'])
    task.note(`  nx run ${task.project}:${target} --id=${id}`);
}
