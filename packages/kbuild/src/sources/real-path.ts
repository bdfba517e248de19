import { realpathSync } from 'node:fs';

/**
 * The path without links, in latin1, which keeps every byte of a name.
 *
 * @throws the errors of realpath(3)
 */
export function realPath(path: Buffer): string {
  // Node takes a Buffer here as it does everywhere; only the types of `native` with an encoding leave that out.
  return realpathSync.native(path as unknown as string, 'latin1');
}
