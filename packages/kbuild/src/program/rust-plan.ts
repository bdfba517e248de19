import { scrubbedEnvironment } from '@bringup/process';
import { DEBUG_SOURCE_PREFIX } from '../make/make.js';
import { NO_BUILD_ID } from './build-id.js';
import { EPOCH, linkedPath, planStrip, type ProgramPlan } from './plan.js';
import { rustTriple } from './rust.js';
import type { ProgramSettings } from './settings.js';

/** rustc's own default is 2015. */
const EDITION = '--edition=2021';

/**
 * The call of rustc that makes a program of one crate, which compiles and links; see `planProgram`. Pure.
 *
 * Relocation is static, and the start code the plain one, as with C: a program without a loader has no use for more.
 */
export function planRust(settings: ProgramSettings, directory: string, out: string): ProgramPlan {
  const { crossCompile, libc, compilerFlags, output } = settings;
  const [source] = settings.sources as readonly [string];
  const program = linkedPath(settings, out);
  const included = `${program}.rs.d`;
  const linked = `${program}.d`;
  return {
    compile: [],
    link: {
      program,
      linked,
      rust: { source, included },
      argv: [
        'rustc',
        '-g',
        '--crate-type=bin',
        `--crate-name=${crateName(output)}`,
        `--target=${rustTriple(settings.arch)}`,
        `--remap-path-prefix=${directory}=${DEBUG_SOURCE_PREFIX}`,
        // Objects and temporary files go there as well.
        `--out-dir=${out}`,
        `--emit=dep-info=${included},link=${program}`,
        ...(compilerFlags.some((flag) => flag.startsWith('--edition')) ? [] : [EDITION]),
        `-Clinker=${crossCompile}gcc`,
        `-Ctarget-feature=${settings.static ? '+' : '-'}crt-static`,
        '-Crelocation-model=static',
        ...(libc ? [] : ['-Cpanic=abort']),
        ...compilerFlags,
        ...linkArguments(settings, linked).map((flag) => `-Clink-arg=${flag}`),
        source,
      ],
    },
    strip: planStrip(settings, out),
    env: scrubbedEnvironment({ SOURCE_DATE_EPOCH: EPOCH, TMPDIR: out, TERM: 'dumb' }),
  };
}

function linkArguments({ libc, linkerFlags, ...settings }: ProgramSettings, linked: string): string[] {
  const entry = settings.entry ?? (libc ? undefined : '_start');
  return [
    ...(libc ? [] : ['-nostdlib', '-static']),
    '-Wl,-z,noexecstack',
    NO_BUILD_ID,
    `-Wl,--dependency-file=${linked}`,
    ...(entry === undefined ? [] : [`-Wl,--entry=${entry}`, `-Wl,--require-defined=${entry}`]),
    ...linkerFlags,
  ];
}

/** A crate's name is an identifier; it shows in the names of symbols. */
function crateName(output: string): string {
  const name = output.replace(/\W/g, '_');
  return /^[A-Za-z]/.test(name) ? name : `p${name}`;
}
