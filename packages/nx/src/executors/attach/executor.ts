import type { ExecutorContext } from '@nx/devkit';
import { attach, selectRun } from '@bringup/qemu';
import { runSubject } from '../../execution/runs.js';
import { runTask } from '../../execution/task.js';
import type { AttachOptions } from '../../generated/attach-options.js';

/** `@bringup/nx:attach`: see schema.json. */
export default function attachExecutor(
  { id }: AttachOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, async (task) => {
    const run = await selectRun(runSubject(task), id);
    task.note(`run ${run.record.id}: Ctrl-A D detaches, Ctrl-A X ends the board`);
    const end = await attach(run, task.signal);
    const still = `the board goes on. Again: nx run ${task.project}:attach --id=${run.record.id}`;
    task.note(end === 'detached' ? `detached from run ${run.record.id}; ${still}` : 'the board has ended');
  });
}
