import type { ExecutorContext } from '@nx/devkit';
import { ToolError } from '@bringup/process';
import { runOnTerminal, type RunPaths } from '@bringup/qemu';
import { checkBoard, planBoard } from '../../execution/board.js';
import { runTask } from '../../execution/task.js';
import type { QemuOptions } from '../../generated/qemu-options.js';

/** `@bringup/nx:qemu`: see schema.json. */
export default function qemuExecutor(
  options: QemuOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, async (task) => {
    await checkBoard(task, options);
    const plan = await planBoard(task, options);
    const planRun = (paths: RunPaths) => {
      const planned = plan({ console: 'terminal', ...paths });
      for (const endpoint of planned.endpoints) task.note(endpoint);
      return planned;
    };
    const { exitCode } = await runOnTerminal(planRun, {
      signal: task.signal,
      onCommand: task.command,
    });
    if (exitCode !== 0)
      throw new ToolError('QEMU_FAILED', `QEMU ended with exit code ${exitCode}`, { exitCode });
  });
}
