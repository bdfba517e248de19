import { attach, selectRun } from '@bringup/qemu';
import { runSubject } from '../runs.js';
import type { AttachOptions } from '../../../generated/attach-options.js';
import type { Task } from '../../../tasks/task.js';

/** `@bringup/nx:attach`: see schema.json. */
export default async function attachExecutor(task: Task, { id }: AttachOptions): Promise<void> {
  const run = await selectRun(runSubject(task), id);
  const { id: own } = run.record;
  const again = `nx run ${task.project}:attach --id=${own}`;
  const messages = {
    before: `${task.project}: run ${own}: Ctrl-A D detaches, Ctrl-A X ends the board`,
    after: {
      detached: `${task.project}: detached from run ${own}, which goes on. Again: ${again}`,
      ended: `${task.project}: the board has ended`,
    },
  };
  await attach(run, messages, task.signal);
}
