import { UserError } from '@bringup/process';
import type { Declared } from '../kinds/kind.js';
import type { DeclaredKind } from '../options/declared-kinds.js';
import { KINDS } from '../plugin/kinds.js';
import { checkedOptions } from '../options/checked-options.js';
import type { Needs } from '../lock/locked.js';

/**
 * The needs of the project that a task runs for, from its declaration. Its options are checked here, because Nx checks them only
 * for the declared target.
 *
 * @throws UserError `NOT_A_PROJECT`, and those of `checkOptions`
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
