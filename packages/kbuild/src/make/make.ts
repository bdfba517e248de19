import { join } from 'node:path';
import { scrubbedEnvironment, type Argv, type Environment } from '@bringup/process';
import type { Arch } from '../programs/arches.js';
import type { SourceTree } from '../sources/index.js';

/** Everything a call of make depends on. */
export interface MakeSetting {
  readonly arch: Arch;
  /** Variables that tell the Makefile of the program about the arch. */
  readonly variables: readonly string[];
  readonly crossCompile: string;
  /** `LLVM=1`: clang, ld.lld and LLVM's binutils for the target and for the host. */
  readonly llvm: boolean;
  readonly source: SourceTree;
  /** `O=`. */
  readonly out: string;
  readonly jobs: number;
  /** The directory of ccache's store, or undefined to compile without. */
  readonly ccacheDirectory?: string;
  /** Flags of the compiler, after those that free debug information of this machine's paths. */
  readonly flags?: readonly string[];
}

/** The paths that debug information has instead of this machine's, the same on every one. */
export const DEBUG_SOURCE_PREFIX = '/usr/src/bringup/source';
const DEBUG_OUT_PREFIX = '/usr/src/bringup/out';
/** The same for files of the workspace that make compiles: `WORKSPACE/examples/hello/hello.c`. */
export const DEBUG_WORKSPACE_PREFIX = '/usr/src/bringup/workspace';

/**
 * One call of make, out of tree. Variables are given as arguments, which beat both the environment (made from
 * scratch here) and the Makefile. Pure.
 *
 * The build's user, host, time and number are fixed (Documentation/kbuild/reproducible-builds.rst), and debug
 * information is freed of this machine's paths: same source, same configuration, same tools, same bytes.
 */
export function planMake(setting: MakeSetting, goals: readonly string[]): { argv: Argv; env: Environment } {
  const { variables, crossCompile, llvm, source, out, ccacheDirectory, flags = [] } = setting;
  const launcher = ccacheDirectory === undefined ? '' : 'ccache ';
  const prefixMap = [
    `-fdebug-prefix-map=${source.path}=${DEBUG_SOURCE_PREFIX}`,
    `-fdebug-prefix-map=${out}=${DEBUG_OUT_PREFIX}`,
    ...flags,
  ].join(' ');
  return {
    argv: [
      'make',
      '-C',
      source.path,
      `O=${out}`,
      `-j${setting.jobs}`,
      ...variables,
      `CROSS_COMPILE=${crossCompile}`,
      ...(llvm ? ['LLVM=1'] : []),
      `CC=${launcher}${llvm ? 'clang' : `${crossCompile}gcc`}`,
      `HOSTCC=${launcher}${llvm ? 'clang' : 'gcc'}`,
      `KCFLAGS=${prefixMap}`,
      `KAFLAGS=${prefixMap}`,
      // One short line for each file. BusyBox looks for an "s" anywhere in MAKEFLAGS to find `make -s`, and since GNU make 4.4 all
      // variables above are in there: it says nothing about the files it compiles, unless its choice is overridden.
      'quiet=quiet_',
      ...goals,
    ],
    env: scrubbedEnvironment({
      // Nothing in the user's home (.ccacheconfig, .config) may reach the build.
      HOME: out,
      LOCALVERSION: '',
      KBUILD_BUILD_USER: 'bringup',
      KBUILD_BUILD_HOST: 'bringup',
      KBUILD_BUILD_VERSION: '1',
      KBUILD_BUILD_TIMESTAMP: formatBuildTime(source.epoch),
      // BusyBox's conf writes the time of day into .config and autoconf.h without it.
      KCONFIG_NOTIMESTAMP: '1',
      SOURCE_DATE_EPOCH: String(source.epoch),
      ...(ccacheDirectory === undefined ? {} : { CCACHE_DIR: ccacheDirectory, CCACHE_BASEDIR: out }),
    }),
  };
}

/** Seconds since 1970 as date(1) prints them in the C locale, which is how `uname -v` shows a build's time. */
export function formatBuildTime(epoch: number): string {
  // "Mon, 16 Nov 2026 10:17:00 GMT"
  const [weekday, day, month, year, time] = new Date(epoch * 1000).toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day!.replace(/^0/, ' ')} ${time} UTC ${year}`;
}

/** Where ccache keeps its objects: the user's own store, unless `CCACHE_DIR` says otherwise. */
export function ccacheDirectory(env: Readonly<Record<string, string | undefined>>, home: string): string {
  return env.CCACHE_DIR ?? join(env.XDG_CACHE_HOME ?? join(home, '.cache'), 'ccache');
}
