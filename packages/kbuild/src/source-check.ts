import { join } from 'node:path';
import { pathExists } from 'fs-extra';
import { UserError } from '@bringup/process';
import type { Arch } from './arches.js';
import type { KconfigProgram } from './programs.js';

/**
 * make splits words at blanks and rules at colons, and so does every Makefile (the kernel's own says "source directory
 * cannot contain spaces or colons").
 *
 * @throws UserError `PATH_UNSUITABLE`
 */
export function checkPaths({ source, out }: { source: { path: string }; out: string }): void {
  for (const [path, remedy] of [
    [out, 'Move the workspace'],
    [
      source.path,
      'Move the source directory, or choose another place for the source store with BRINGUP_HOME',
    ],
  ] as const) {
    if (!/[\s:]/.test(path)) continue;
    const message = `make cannot work in ${JSON.stringify(path)}: there is a blank or a colon in it. ${remedy}.`;
    throw new UserError('PATH_UNSUITABLE', message, { path });
  }
}

/** @throws UserError `NOT_A_SOURCE_TREE` when `path` is not a source tree of the program's kind */
export async function checkSourceTree(path: string, program: KconfigProgram, arch: Arch): Promise<void> {
  for (const mark of program.marks(arch)) {
    if (await pathExists(join(path, mark))) continue;
    throw new UserError(
      'NOT_A_SOURCE_TREE',
      `${path} is not a ${program.title} source tree: it has no ${mark}. Correct the option "source".`,
      { path, mark },
    );
  }
}
