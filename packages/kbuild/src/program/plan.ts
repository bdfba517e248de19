import { basename, join } from 'node:path';
import { scrubbedEnvironment, type Argv, type Environment } from '@bringup/process';
import { DEBUG_SOURCE_PREFIX } from '../make/make.js';
import { NO_BUILD_ID } from './build-id.js';
import type { ProgramSettings } from './settings.js';

/** A call of the compiler: its argv, and the lists it writes of what was read. */
export interface CompileStep {
  readonly source: string;
  readonly object: string;
  readonly argv: Argv;
  /** Written by the preprocessor; none for assembly that is not preprocessed. */
  readonly included: string | undefined;
  /** Written by the assembler: `.include` and `.incbin`. */
  readonly assembled: string;
}

export interface LinkStep {
  readonly argv: Argv;
  /** The list, written by the linker, of what it read. */
  readonly linked: string;
  /** The program with its debug information. */
  readonly program: string;
  /** Where rustc compiles and links in one: the crate's root, and the list of what was read for it. */
  readonly rust?: { readonly source: string; readonly included: string };
}

export interface StripStep {
  readonly argvs: readonly Argv[];
  readonly program: string;
  /** Symbols and debug information alone. */
  readonly debug: string;
}

export interface ProgramPlan {
  readonly compile: readonly CompileStep[];
  readonly link: LinkStep;
  /** Makes the stripped program from the other, and the file with what was stripped. */
  readonly strip: StripStep | undefined;
  readonly env: Environment;
}

/** Seconds since 1970 that `__DATE__` and `__TIME__` show: a program has no release whose date could stand there. */
export const EPOCH = '0';
/** And `__TIMESTAMP__`, a source's modification time, which SOURCE_DATE_EPOCH does not reach. */
const TIMESTAMP = 'Thu Jan  1 00:00:00 1970';

/**
 * Every call that makes a program of C and assembly. Pure.
 *
 * @param directory the workspace root, where the calls run: sources are named relative to it, so `__FILE__` and the
 *   linker's messages have nothing of this machine, and of debug information only the compilation directory has to be mapped
 * @param out where objects go, relative to that
 */
export function planProgram(settings: ProgramSettings, directory: string, out: string): ProgramPlan {
  const compile = settings.sources.map((source, index) =>
    planCompile(settings, source, directory, out, index),
  );
  return {
    compile,
    link: planLink(
      settings,
      directory,
      compile.map(({ object }) => object),
      linkedPath(settings, out),
    ),
    strip: planStrip(settings, out),
    // Temporary files of the compiler stand among what the assembler read: here they are known for what they are.
    env: scrubbedEnvironment({ SOURCE_DATE_EPOCH: EPOCH, TMPDIR: out }),
  };
}

/** Where the linker writes. */
export function linkedPath({ output }: ProgramSettings, out: string): string {
  return join(out, `${output}.linked`);
}

export function planStrip(settings: ProgramSettings, out: string): StripStep | undefined {
  const program = join(out, settings.output);
  const debug = `${program}.debug`;
  if (!settings.strip) return undefined;
  const tool = `${settings.crossCompile}strip`;
  const linked = linkedPath(settings, out);
  return {
    argvs: [
      [tool, '--strip-all', '-o', program, linked],
      [tool, '--only-keep-debug', '-o', debug, linked],
    ],
    program,
    debug,
  };
}

function prefixMap(directory: string): string {
  return `-ffile-prefix-map=${directory}=${DEBUG_SOURCE_PREFIX}`;
}

function planCompile(
  settings: ProgramSettings,
  source: string,
  directory: string,
  out: string,
  index: number,
): CompileStep {
  const object = join(out, `${index}-${basename(source).replace(/[^\w.-]/g, '_')}.o`);
  const included = source.endsWith('.s') ? undefined : `${object}.d`;
  const assembled = `${object}.as.d`;
  return {
    source,
    object,
    included,
    assembled,
    argv: [
      `${settings.crossCompile}gcc`,
      '-c',
      '-g',
      ...(settings.libc ? [] : ['-ffreestanding', '-fno-stack-protector', '-fno-pie']),
      prefixMap(directory),
      `-frandom-seed=${index}`,
      '-Wno-builtin-macro-redefined',
      `-D__TIMESTAMP__="${TIMESTAMP}"`,
      ...settings.compilerFlags,
      ...(included ? ['-MD', '-MF', included] : []),
      `-Wa,--MD,${assembled}`,
      '-o',
      object,
      source,
    ],
  };
}

function planLink(
  settings: ProgramSettings,
  directory: string,
  objects: readonly string[],
  program: string,
): LinkStep {
  const { libc, crossCompile, linkerFlags } = settings;
  const entry = settings.entry ?? (libc ? undefined : '_start');
  const linked = `${program}.d`;
  return {
    linked,
    program,
    argv: [
      `${crossCompile}gcc`,
      ...(libc ? [] : ['-nostdlib']),
      ...(settings.static ? ['-static'] : []),
      // With -flto the linker compiles.
      prefixMap(directory),
      // Assembly without a .note.GNU-stack section asks for an executable stack; none of these programs does.
      ...['-z', 'noexecstack'],
      NO_BUILD_ID,
      `-Wl,--dependency-file=${linked}`,
      // ld itself only warns of a missing entry, and starts at the first byte of the text.
      ...(entry === undefined ? [] : [`-Wl,--entry=${entry}`, `-Wl,--require-defined=${entry}`]),
      ...objects,
      ...linkerFlags,
      // The compiler calls libgcc for operations that the CPU lacks, such as a division on 32-bit arm (gcc(1), -nostdlib).
      ...(libc ? [] : ['-lgcc']),
      '-o',
      program,
    ],
  };
}
