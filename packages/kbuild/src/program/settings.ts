import { basename, extname } from 'node:path';
import { UserError } from '@bringup/process';
import type { Arch } from '../programs/arches.js';
import { manifestPath } from '../artifacts/manifest.js';
import { probeTools, toolNames, type Toolchain, type ToolVersions } from '../make/toolchain.js';
import { checkFlags, checkRustFlags } from './flags.js';
import { probeRustLibrary, rustLibraryName } from './rust.js';

/** A program of the guest's user space: what it is made from, and how. */
export interface ProgramSettings {
  readonly arch: Arch;
  /** Prefix of the toolchain. */
  readonly crossCompile: string;
  /** C and assembly files, in the order they are linked, or the root of one Rust crate; relative to the workspace root. */
  readonly sources: readonly string[];
  /** File name of the program. */
  readonly output: string;
  readonly static: boolean;
  /** False: freestanding, with neither the C library nor its start code. */
  readonly libc: boolean;
  /** The symbol where the program starts. Without one: the C library's, or `_start`. */
  readonly entry?: string;
  readonly compilerFlags: readonly string[];
  /** For the compiler driver, which links: `-lm`, `-Wl,…`. */
  readonly linkerFlags: readonly string[];
  readonly strip: boolean;
}

const MANIFEST = basename(manifestPath('', 'build'));

/** The extensions of source files. gcc preprocesses `.S` but not `.s` (gcc(1), "Overall Options"). */
const EXTENSIONS = ['.c', '.S', '.s', '.rs'];

/** Whether a program is a Rust crate. */
export function isRust({ sources }: Pick<ProgramSettings, 'sources'>): boolean {
  return sources.some((source) => extname(source) === '.rs');
}

/** The default flags of the compiler, which make small programs. */
export function defaultCompilerFlags(program: Pick<ProgramSettings, 'sources'>): string[] {
  return isRust(program) ? ['-Copt-level=s'] : ['-Os'];
}

/**
 * Refuses what cannot be built, before anything is.
 *
 * @throws UserError `SOURCE_FILE_KIND`, `NO_SOURCES`, `OPTIONS_CONFLICT`, `FLAG_REFUSED`
 */
export function checkProgram(settings: ProgramSettings): void {
  const { sources, libc, compilerFlags, linkerFlags, output } = settings;
  if (sources.length === 0)
    throw new UserError('NO_SOURCES', 'sources: name at least one .c, .S or .s file, or one .rs file');
  for (const source of sources) {
    if (/^[-@]/.test(source)) {
      const message = `sources: gcc would read ${source} as an option. Write ./${source}`;
      throw new UserError('SOURCE_FILE_KIND', message, { source });
    }
    if (EXTENSIONS.includes(extname(source))) continue;
    const message =
      `sources: ${source} is neither .c (C), .S (assembly that is preprocessed), .s (assembly that is not) nor .rs (Rust). ` +
      `List included files in "headers".`;
    throw new UserError('SOURCE_FILE_KIND', message, { source });
  }
  if (isRust(settings) && sources.length > 1) {
    const message =
      `sources: rustc takes the root of one crate (main.rs), and finds the files of its modules by itself. Name the ` +
      `root alone, list the modules in "headers"; C and assembly make a program of their own.`;
    throw new UserError('OPTIONS_CONFLICT', message, { sources });
  }
  if (!libc && !settings.static) {
    throw new UserError(
      'OPTIONS_CONFLICT',
      'static: false needs a loader, which comes with the C library. Leave out "static": false or "libc": false.',
    );
  }
  if (output === MANIFEST) {
    throw new UserError('OPTIONS_CONFLICT', `output: ${output} is the file that stands beside all artifacts`);
  }
  if (isRust(settings)) checkRustFlags('compilerFlags', compilerFlags);
  else checkFlags('compilerFlags', compilerFlags);
  checkFlags('linkerFlags', linkerFlags);
}

/** The settings that decide which tools make a program. */
type ProgramTools = Pick<ProgramSettings, 'arch' | 'crossCompile' | 'sources' | 'libc'>;

/** As suffixes of the cross prefix, and by name; ld stands for all of binutils. */
function toolSet(program: ProgramTools): { tools: readonly string[]; hostTools: readonly string[] } {
  return {
    tools: ['gcc', 'ld', ...(program.libc ? ['libc'] : [])],
    hostTools: isRust(program) ? ['rustc'] : [],
  };
}

/** A program's compiler is always gcc. */
const gnuTools = ({ crossCompile }: ProgramTools): Toolchain => ({ prefix: crossCompile, llvm: false });

/** The lock names of the tools whose version affects the output. */
export function programToolNames(program: ProgramTools): string[] {
  const names = toolNames(toolSet(program), gnuTools(program));
  return isRust(program) ? [...names, rustLibraryName(program.arch)] : names;
}

/** Asks this host's toolchain for its versions. @throws ToolError `TOOL_MISSING` */
export async function probeProgramTools(program: ProgramTools): Promise<ToolVersions> {
  const versions = await probeTools(toolSet(program), gnuTools(program));
  return isRust(program) ? { ...versions, ...(await probeRustLibrary(program.arch)) } : versions;
}
