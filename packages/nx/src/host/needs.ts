import { UserError } from '@bringup/process';
import type { Declared } from '../kinds/kind.js';
import type { DeclaredKind } from '../options/declared-kinds.js';
import { KINDS } from '../plugin/kinds.js';
import { checkedOptions } from '../options/checked-options.js';
import type { Needs } from '../lock/locked.js';

/**
 * What the project that a task runs for needs, from its declaration. Nx held no options against their schema where the target is
 * another than the declared one.
 *
 * @throws UserError `NOT_A_PROJECT`, and what `checkOptions` throws
 */
export async function needsOf(task: Declared): Promise<Needs> {
  const { declaration, project } = task;
  if (declaration) return needsOfKind(declaration.kind, declaration.options, task);
  throw new UserError('NOT_A_PROJECT', `project ${project} has no target with a Bringup executor`, {
    project,
  });
}

async function needsOfKind<K extends DeclaredKind>(
  kind: K,
  options: Readonly<Record<string, unknown>>,
  task: Declared,
): Promise<Needs> {
  return KINDS[kind].needs(task, checkedOptions(kind, options));
}
