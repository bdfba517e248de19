import type { DeclaredKind, OptionsOf } from './declared-kinds.js';
import { checkOptions } from './check-options.js';

/**
 * The options of a project once they were held against the schema of its kind.
 *
 * @throws UserError those of `checkOptions`
 */
export function checkedOptions<K extends DeclaredKind>(
  kind: K,
  options: Readonly<Record<string, unknown>>,
): OptionsOf<K> {
  checkOptions('executors', kind, options);
  return options as unknown as OptionsOf<K>; // The type is made from the schema.
}
