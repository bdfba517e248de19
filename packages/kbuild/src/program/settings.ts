import { basename, extname } from 'node:path';
import { UserError } from '@bringup/process';
import type { Arch } from '../arches.js';
import { manifestPath } from '../manifest.js';
import { checkFlags } from './flags.js';

/** A program of the guest's user space: what it is made from, and how. */
export interface ProgramSettings {
  readonly arch: Arch;
  /** Prefix of the toolchain. */
  readonly crossCompile: string;
  /** C and assembly files, relative to the workspace root, in the order they are linked. */
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

/** What gcc takes a file for, by its extension: `.S` is preprocessed, `.s` is not (gcc(1), "Overall Options"). */
const EXTENSIONS = ['.c', '.S', '.s'];

/**
 * Refuses what cannot be built, before anything is.
 *
 * @throws UserError `SOURCE_FILE_KIND`, `NO_SOURCES`, `OPTIONS_CONFLICT`, `FLAG_REFUSED`
 */
export function checkProgram(settings: ProgramSettings): void {
  const { sources, libc, compilerFlags, linkerFlags, output } = settings;
  if (sources.length === 0) throw new UserError('NO_SOURCES', 'sources: name at least one .c, .S or .s file');
  for (const source of sources) {
    if (/^[-@]/.test(source)) {
      const message = `sources: gcc would read ${source} as an option. Write ./${source}`;
      throw new UserError('SOURCE_FILE_KIND', message, { source });
    }
    if (EXTENSIONS.includes(extname(source))) continue;
    const message =
      `sources: ${source} is neither .c (C), .S (assembly that is preprocessed) nor .s (assembly that is not). ` +
      `What a source includes belongs into "headers".`;
    throw new UserError('SOURCE_FILE_KIND', message, { source });
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
  checkFlags('compilerFlags', compilerFlags);
  checkFlags('linkerFlags', linkerFlags);
}

/** The tools whose version is in what comes out, as suffixes of the cross prefix; ld stands for all of binutils. */
export function programTools({ libc }: Pick<ProgramSettings, 'libc'>): {
  tools: readonly string[];
  hostTools: readonly string[];
} {
  return { tools: ['gcc', 'ld', ...(libc ? ['libc'] : [])], hostTools: [] };
}
