import { join } from 'node:path';
import { pathExists } from 'fs-extra';
import { quoteCommand, UserError } from '@bringup/process';
import { ARCHES, type Arch } from '../programs/arches.js';
import type { KconfigProgram } from '../programs/programs.js';

/**
 * Characters that are syntax to make, to the shell that runs its recipes, or in -fdebug-prefix-map=OLD=NEW. Makefiles do
 * not quote paths: the kernel's own says "source directory cannot contain spaces or colons".
 */
const SYNTAX = /[\s:$;&%=#'"`\\|<>()*?[\]]|\p{Cc}/u;

/** The first character of a path that is syntax, in the words of a message; undefined without one. */
function unsuitableCharacter(path: string): string | undefined {
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

/**
 * @throws UserError `NOT_A_SOURCE_TREE` when `path` is not a source tree of the program's kind, `SOURCE_NOT_CLEAN` when it was
 *   configured in place
 */
export async function checkSourceTree(path: string, program: KconfigProgram, arch: Arch): Promise<void> {
  for (const mark of program.marks(arch)) {
    if (await pathExists(join(path, mark))) continue;
    throw new UserError(
      'NOT_A_SOURCE_TREE',
      `${path} is not a ${program.title} source tree: it has no ${mark}. Correct the option "source".`,
      { path, mark },
    );
  }
  await checkClean(path, program, arch);
}

/** Files that a make without O= leaves in a tree, and that a tree's own Makefile refuses when it is made elsewhere. */
async function checkClean(path: string, program: KconfigProgram, arch: Arch): Promise<void> {
  const { sourceArch, kernelArch } = ARCHES[arch];
  const isKernel = program.name === 'kernel';
  const traces = ['.config', 'include/config', ...(isKernel ? [`arch/${sourceArch}/include/generated`] : [])];
  for (const trace of traces) {
    if (!(await pathExists(join(path, trace)))) continue;
    // The kernel's mrproper removes the generated headers of one architecture.
    const argv = ['make', '-C', path, ...(isKernel ? [`ARCH=${kernelArch}`] : []), 'mrproper'] as const;
    throw new UserError(
      'SOURCE_NOT_CLEAN',
      `${path} was configured in place and has ${trace}, so make does not build it in another directory. ` +
        `Copy its .config if you need it, then run "${quoteCommand(argv)}".`,
      { path, trace },
    );
  }
}
