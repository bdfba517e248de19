import { crossPrefix, probeProgramTools, programToolNames } from '@bringup/kbuild';
import { programDefaults, type ProgramOptions } from '../../generated/program-options.js';
import type { Needs } from '../../lock/locked.js';

/** The lock entries that a program needs: the versions of its toolchain. */
export function programNeeds(options: ProgramOptions): Needs {
  const crossCompile = crossPrefix(options.arch, options.crossCompile);
  const program = { ...programDefaults, ...options, crossCompile };
  return { toolNames: programToolNames(program), probe: () => probeProgramTools(program) };
}
