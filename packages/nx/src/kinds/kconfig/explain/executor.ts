import { explainSymbol, formatSymbol } from '@bringup/kconfig';
import { evaluatedConfig } from '../variant.js';
import type { ExplainOptions } from '../../../generated/explain-options.js';
import type { Task } from '../../../tasks/task.js';

/** `@bringup/nx:explain`: see schema.json. */
export default async function explainExecutor(task: Task, options: ExplainOptions): Promise<void> {
  const { tree, values, requests } = await evaluatedConfig(task, task.configuration);
  const explanation = explainSymbol(tree, values, options.symbol.replace(/^CONFIG_/, ''), requests);
  console.log(options.json ? JSON.stringify(explanation, null, 2) : formatSymbol(explanation));
}
