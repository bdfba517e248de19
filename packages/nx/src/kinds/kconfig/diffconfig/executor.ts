import { diffConfigs, differenceAsFragment, formatDifference } from '@bringup/kconfig';
import { UserError } from '@bringup/process';
import { resolvedConfig, variantNames } from '../variant.js';
import type { DiffconfigOptions } from '../../../generated/diffconfig-options.js';
import type { Task } from '../../../tasks/task.js';

/** `@bringup/nx:diffconfig`: see schema.json. */
export default async function diffconfigExecutor(task: Task, options: DiffconfigOptions): Promise<void> {
  if (options.against === task.configuration) {
    const names = variantNames(task).join(', ') || 'none';
    throw new UserError(
      'SAME_VARIANT',
      `a variant does not differ from itself. Name one: nx run ${task.project}:diffconfig --configuration=VARIANT. ` +
        `Variants of ${task.project}: ${names}`,
    );
  }
  const before = await resolvedConfig(task, options.against);
  const after = await resolvedConfig(task, task.configuration);
  const differences = diffConfigs(before, after);
  const lines = options.fragment ? differenceAsFragment(differences) : differences.map(formatDifference);
  console.log(options.json ? JSON.stringify(differences, null, 2) : lines.join('\n'));
}
