import { realpathSync } from 'node:fs';
import { UserError } from '@bringup/process';
import { listRuns } from './run-directory.js';
import type { Run, RunSubject } from './run-record.js';

/** The runs of one board of a workspace, oldest first. */
export async function runsOf({ board, workspace }: RunSubject): Promise<Run[]> {
  const root = realpathSync(workspace);
  return (await listRuns()).filter(({ record }) => record.board === board && record.workspace === root);
}

/**
 * The run that is meant: the one with this id, or the board's only one.
 *
 * @throws UserError `NOT_RUNNING`, `NO_SUCH_RUN`, `SEVERAL_RUNS`
 */
export async function selectRun(subject: RunSubject, id: string | undefined): Promise<Run> {
  const runs = await runsOf(subject);
  const { board } = subject;
  const list = runs.map(({ record }) => `\n  --id=${record.id}  ${describeRun(record)}`).join('');
  const ids = runs.map(({ record }) => record.id);
  if (id !== undefined) {
    const found = runs.find(({ record }) => record.id === id);
    if (found) return found;
    const others = runs.length > 0 ? `These are there:${list}` : 'None of its runs is there';
    throw new UserError('NO_SUCH_RUN', `${board} has no run ${id}; it may have ended. ${others}`, {
      id,
      ids,
    });
  }
  if (runs.length > 1)
    throw new UserError('SEVERAL_RUNS', `${board} runs ${runs.length} times; say which:${list}`, { ids });
  if (runs[0]) return runs[0];
  throw new UserError('NOT_RUNNING', `${board} does not run. Start it: nx run ${board}:run --detach`, {
    board,
  });
}

/** A run in a few words. */
export function describeRun({ kind, qemu, startedAt, configuration }: Run['record']): string {
  const variant = configuration === undefined ? '' : `, ${configuration}`;
  return `${kind}, pid ${qemu?.pid}, since ${startedAt}${variant}`;
}
