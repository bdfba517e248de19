import { join } from 'node:path';
import { ensureDir, readFile } from 'fs-extra';
import { readFragments, readKconfigTree } from '@bringup/kbuild';
import {
  evaluate,
  parseResolved,
  resolvedValues,
  type ConfigRequest,
  type ConfigValues,
  type Evaluation,
  type KconfigTree,
} from '@bringup/kconfig';
import { UserError } from '@bringup/process';
import { checkedOptions } from '../../options/checked-options.js';
import { busyboxDefaults } from '../../generated/busybox-options.js';
import { kernelDefaults } from '../../generated/kernel-options.js';
import { uBootDefaults } from '../../generated/u-boot-options.js';
import { isKconfigKind } from '../../workspace/declaration.js';
import { variantOptions } from '../../workspace/variants.js';
import { configureProject } from './configure-project.js';
import { fragmentReferences, openKconfigProject, openMake, type KconfigProject } from './kconfig-project.js';
import type { ProjectContext } from '../../tasks/project-context.js';
import type { Task } from '../../tasks/task.js';

const DEFAULTS = { kernel: kernelDefaults, busybox: busyboxDefaults, 'u-boot': uBootDefaults } as const;

/** The variants that a project declares. */
export function variantNames(task: ProjectContext): string[] {
  return Object.keys(task.declaration?.configurations ?? {});
}

/**
 * The project that a task runs for, in one of its variants, from what it declares.
 *
 * @throws UserError `NOT_KCONFIG`, `UNKNOWN_VARIANT`
 */
export async function openVariant(
  task: Task,
  variant: string | undefined,
): Promise<{ task: Task; project: KconfigProject }> {
  const { declaration } = task;
  if (!declaration || !isKconfigKind(declaration.kind)) {
    throw new UserError('NOT_KCONFIG', `project ${task.project} declares no kernel, BusyBox or U-Boot`);
  }
  if (variant !== undefined && !Object.hasOwn(declaration.configurations, variant)) {
    const names = variantNames(task).join(', ') || 'none';
    throw new UserError('UNKNOWN_VARIANT', `${task.project} has no variant ${variant}. Variants: ${names}`, {
      variant,
    });
  }
  const defaults = DEFAULTS[declaration.kind];
  const options = { ...defaults, ...checkedOptions(declaration.kind, variantOptions(declaration, variant)) };
  const own = { ...task, configuration: variant };
  return { task: own, project: await openKconfigProject(own, declaration.kind, options) };
}

/** The basis of an explanation: the tree, the configuration evaluated in it, and the lines that asked for it. */
export async function evaluatedConfig(
  given: Task,
  variant: string | undefined,
): Promise<{ tree: KconfigTree; values: Evaluation; requests: readonly ConfigRequest[] }> {
  const { task, project } = await openVariant(given, variant);
  const { program, options, output } = project;
  await configureProject(task, project);
  const make = await openMake(task, project, 'config');
  // The output directory may be new here, when the configuration came from a cache: conf has to be built in it.
  await ensureDir(make.out);
  const tree = await readKconfigTree(program, make, task.signal);
  const path = join(output, '.config');
  const lines = parseResolved(await readFile(path, 'utf8'), path);
  const references = fragmentReferences(options, program.name, task.workspaceRoot);
  return {
    tree,
    values: evaluate(
      tree,
      lines.map(({ symbol, value }) => [symbol, value] as const),
    ),
    requests: await readFragments(references, program, options.arch, make.source.path),
  };
}

/** The resolved configuration of a variant, made now if it is not up to date. */
export async function resolvedConfig(given: Task, variant: string | undefined): Promise<ConfigValues> {
  const { task, project } = await openVariant(given, variant);
  await configureProject(task, project);
  const path = join(project.output, '.config');
  return resolvedValues(await readFile(path, 'utf8'));
}
