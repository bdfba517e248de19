import type { ExecutorContext } from '@nx/devkit';
import { formatCommand } from '@bringup/qemu';
import { missingArtifacts, planBoard } from '../../execution/board.js';
import { runTask } from '../../execution/task.js';
import type { CommandOptions } from '../../generated/command-options.js';

/** `@bringup/nx:command`: see schema.json. */
export default function commandExecutor(
  options: CommandOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, async (task) => {
    const { json, ...board } = options;
    const plan = await planBoard(task, board);
    for (const path of await missingArtifacts(task, board)) {
      task.note(`${path} is not built yet: nx run ${task.project}:build`);
    }
    const { argv } = plan({ console: 'terminal' });
    console.log(json ? JSON.stringify(argv) : formatCommand(argv));
  });
}
