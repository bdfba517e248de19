import { realpathSync } from 'node:fs';
import { pathsOf, type Run, type RunSubject } from '@bringup/qemu';
import type { Task } from '../../tasks/task.js';

/** Whose runs a task is about. */
export function runSubject({ project, workspaceRoot, configuration }: Task): RunSubject {
  return {
    board: project,
    workspace: realpathSync(workspaceRoot),
    ...(configuration === undefined ? {} : { configuration }),
  };
}

/** A run as `--json` shows it. */
export function describeAsJson({ directory, record }: Run): object {
  const { id, kind, board, workspace, configuration, startedAt, qemu, forwards, argv } = record;
  const { qmpSocket, consoleSocket, consoleLog } = pathsOf(directory);
  return {
    ...{ id, board, workspace, configuration, kind, pid: qemu?.pid, startedAt, forwards },
    sockets: {
      qmp: qmpSocket,
      ...(kind === 'detached' || kind === 'debug' ? { console: consoleSocket } : {}),
    },
    consoleLog,
    argv,
  };
}
