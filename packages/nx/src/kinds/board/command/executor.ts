import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatCommand } from '@bringup/qemu';
import { missingArtifacts, planBoard } from '../board.js';
import type { CommandOptions } from '../../../generated/command-options.js';
import type { Task } from '../../../tasks/task.js';

/** `@bringup/nx:command`: see schema.json. */
export default async function commandExecutor(task: Task, options: CommandOptions): Promise<void> {
  const { json, ...board } = options;
  const plan = await planBoard(task, board, 'shown');
  for (const path of await missingArtifacts(task, board)) {
    task.note(`${path} is not built yet: nx run ${task.project}:build`);
  }
  // Where a share's sockets lie when this command is run by hand.
  const runDirectory = join(tmpdir(), `bringup-${task.project}`);
  const { wrapper, argv } = plan({ console: 'terminal', runDirectory });
  console.log(json ? JSON.stringify([...wrapper, ...argv]) : formatCommand(argv, wrapper));
}
