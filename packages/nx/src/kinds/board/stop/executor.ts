import { selectRun, stopRun, type StopMethod } from '@bringup/qemu';
import { runSubject } from '../runs.js';
import { stopDefaults, type StopOptions } from '../../../generated/stop-options.js';
import type { Task } from '../../../tasks/task.js';

const SAID: Readonly<Record<StopMethod, string>> = {
  'power-down': 'the guest switched itself off',
  quit: 'the guest did not switch itself off; QEMU was asked to quit',
  kill: 'QEMU did not answer and was killed',
};

/** `@bringup/nx:stop`: see schema.json. */
export default async function stopExecutor(task: Task, given: StopOptions): Promise<void> {
  const { id, timeout, json } = { ...stopDefaults, ...given };
  const run = await selectRun(runSubject(task), id);
  const ended = await stopRun(run, timeout * 1000, task.signal);
  const { record } = run;
  if (json) console.log(JSON.stringify({ id: record.id, pid: record.qemu?.pid, ended }, null, 2));
  else task.note(`run ${record.id} has ended: ${SAID[ended]}`);
}
