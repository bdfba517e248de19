import { listRuns, runsOf } from '@bringup/qemu';
import { formatRuns } from './run-table.js';
import { describeAsJson, runSubject } from '../runs.js';
import type { PsOptions } from '../../../generated/ps-options.js';
import type { Task } from '../../../tasks/task.js';

/** `@bringup/nx:ps`: see schema.json. */
export default async function psExecutor(task: Task, { all, json }: PsOptions): Promise<void> {
  const runs = all ? await listRuns() : await runsOf(runSubject(task));
  if (json) console.log(JSON.stringify(runs.map(describeAsJson), null, 2));
  else if (runs.length > 0) console.log(formatRuns(runs, new Date()));
  else task.note('no run');
}
