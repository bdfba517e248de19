import { join } from 'node:path';
import { readFile } from 'fs-extra';
import type { TreeVersion } from '@bringup/kconfig';

/**
 * The version that a source tree's Makefile names. Linux, BusyBox and U-Boot have it in the same variables.
 *
 * @returns undefined where there is no Makefile, or none of the variables in it
 */
export async function readTreeVersion(tree: string): Promise<TreeVersion | undefined> {
  const makefile = await readFile(join(tree, 'Makefile'), 'utf8').catch(() => '');
  const parts = ['VERSION', 'PATCHLEVEL', 'SUBLEVEL'].flatMap(
    (name) => new RegExp(`^${name} *= *(\\d+)`, 'm').exec(makefile)?.[1] ?? [],
  );
  return parts.length === 0 ? undefined : parts.join('.');
}
