import type { ExecutorContext } from '@nx/devkit';
import { explainSymbol, formatSymbol } from '@bringup/kconfig';
import { runTask } from '../../../tasks/task.js';
import { evaluatedConfig } from '../variant.js';
import type { ExplainOptions } from '../../../generated/explain-options.js';

/** `@bringup/nx:explain`: see schema.json. */
export default function explainExecutor(
  options: ExplainOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, async (task) => {
    const { tree, values, requests } = await evaluatedConfig(task, task.configuration);
    const explanation = explainSymbol(tree, values, options.symbol.replace(/^CONFIG_/, ''), requests);
    console.log(options.json ? JSON.stringify(explanation, null, 2) : formatSymbol(explanation));
  });
}
