import { configRecipe, configure, isPublished, publishText } from '@bringup/kbuild';
import {
  describeDisplaced,
  describeLost,
  describeNeedless,
  describeOtherVersions,
  describeOverride,
} from '@bringup/kconfig';
import { baseConfig, fragmentReferences, openMake, type KconfigProject } from './kconfig-project.js';
import { whileOwning } from '../../tasks/owning.js';
import type { Task } from '../../tasks/task.js';

/** Makes and publishes a project's `.config`, unless the one that is there has the same recipe. */
export async function configureProject(task: Task, project: KconfigProject): Promise<void> {
  const { program, options, output, work, ingredients } = project;
  const fragments = fragmentReferences(options, program.name, task.workspaceRoot);
  const base = baseConfig(project, task.workspaceRoot);
  await whileOwning(task, work, async () => {
    const recipe = await configRecipe(ingredients('config'), base, fragments);
    if (await isPublished(output, 'config', recipe)) {
      task.note('configuration is up to date');
      return;
    }
    const make = await openMake(task, project, 'config');
    const configuration = await configure({
      program,
      make,
      tools: make.tools,
      base,
      fragments,
      label: task.project,
      signal: task.signal,
      onCommand: task.command,
    });
    for (const override of configuration.overrides) task.note(describeOverride(override));
    const { leftOut } = configuration;
    const otherVersions = leftOut && describeOtherVersions(leftOut.requests, leftOut.version);
    if (otherVersions) task.note(otherVersions);
    for (const needless of configuration.needlessOptional) task.note(describeNeedless(needless));
    for (const entry of configuration.accepted) task.note(`accepted: ${describeLost(entry)}`);
    const [displaced, ...others] = configuration.displaced;
    if (displaced) task.note(describeDisplaced([displaced, ...others]));
    if (configuration.unchecked !== undefined) task.note(configuration.unchecked);
    await publishText(output, 'config', recipe, '.config', configuration.text);
    task.note('configured');
  });
}
