import { join } from 'node:path';
import { pathExists } from 'fs-extra';
import { UserError } from '@bringup/process';
import type { Arch } from './arches.js';
import type { KconfigProgram } from './programs.js';

/**
 * What make, the shell that runs its recipes, or -fdebug-prefix-map=OLD=NEW reads as syntax. Makefiles do not quote paths: the
 * kernel's own says "source directory cannot contain spaces or colons".
 */
const SYNTAX = /[\s:$;&%=#'"`\\|<>()*?[\]]|\p{Cc}/u;

/** The first character of a path that is syntax, in the words of a message; undefined without one. */
export function unsuitableCharacter(path: string): string | undefined {
  const [character] = SYNTAX.exec(path) ?? [];
  if (character === undefined) return undefined;
  return character === ' ' ? 'a blank' : JSON.stringify(character);
}

/**
 * Refuses paths that make cannot work in.
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
    const character = unsuitableCharacter(path);
    if (character === undefined) continue;
    const message = `make cannot work in ${JSON.stringify(path)}: the path has ${character} in it, which make or its shell reads as syntax. ${remedy}.`;
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
