import { join } from 'node:path';
import { pathExists, readFile, readJson, remove, writeFile } from 'fs-extra';
import { runProgram, UserError, writeFileAside } from '@bringup/process';
import { loadKconfig, shellRunner, type KconfigTree } from '@bringup/kconfig';
import { planMake, type MakeSetting } from '../make/make.js';
import type { KconfigProgram } from '../programs/programs.js';

/** Names in the output directory; conf runs there, so that the probe needs no path. */
const PROBE = {
  kconfig: '.bringup-probe.Kconfig',
  config: '.bringup-probe.config',
  environment: '.bringup-probe.env',
  command: '.bringup-probe.json',
};
const SHELL_RESULTS = '.bringup-shell.json';

/** A source tree's Kconfig files, and what its conf reads beside them. */
interface OpenedKconfig {
  readonly tree: KconfigTree;
  /** The environment in which make starts conf; undefined for trees older than the macro language. */
  readonly environment: Readonly<Record<string, string>> | undefined;
  /** The output of each command of `$(shell,…)` there. */
  readonly shellResults: ReadonlyMap<string, string>;
}

/** As many as a process works on at once: a tree of the kernel takes some 100 MB. */
const MAX_OPENED = 3;
const opened = new Map<string, Promise<OpenedKconfig>>();

/**
 * Reads a source tree's Kconfig files as its own conf does, with the environment that its Makefile gives conf; once
 * per process. The output of `$(shell,…)` is kept in the output directory, which is recreated when source or tools
 * change.
 *
 * @param make its `out` has been configured in before
 * @throws UserError `KCONFIG_SYNTAX` for a construct that the reader does not know; see {@link isUnreadable}
 */
export async function openKconfig(
  program: KconfigProgram,
  make: MakeSetting,
  signal?: AbortSignal,
): Promise<OpenedKconfig> {
  const key = JSON.stringify([program.name, make.source.identity, planMake(make, [])]);
  const known = opened.get(key);
  if (known) return known;
  const reading = readTree(program, make, signal);
  opened.set(key, reading);
  reading.catch(() => opened.delete(key));
  for (const oldest of [...opened.keys()].slice(0, -MAX_OPENED)) opened.delete(oldest);
  return reading;
}

/**
 * Whether an error of {@link openKconfig} says that Bringup cannot read a tree that the tree's own conf may well accept. The
 * configuration is conf's, so it stands, without an explanation.
 */
export function isUnreadable(error: unknown): error is UserError {
  return error instanceof UserError && error.code === 'KCONFIG_SYNTAX';
}

function describeUnreadable(program: KconfigProgram, error: unknown): unknown {
  if (!isUnreadable(error)) return error;
  return new UserError(
    'KCONFIG_SYNTAX',
    `Bringup cannot read the Kconfig of this ${program.title} tree: ${error.message}\n` +
      'It can be configured and built all the same, because its own conf does that. Only explanations are missing, and what menuconfig would write into a fragment. Please report this message.',
    { ...error.fields, reason: error.message },
    error,
  );
}

/** The tree alone of {@link openKconfig}. */
export async function readKconfigTree(
  program: KconfigProgram,
  make: MakeSetting,
  signal?: AbortSignal,
): Promise<KconfigTree> {
  return (await openKconfig(program, make, signal)).tree;
}

async function readTree(
  program: KconfigProgram,
  make: MakeSetting,
  signal?: AbortSignal,
): Promise<OpenedKconfig> {
  const told = await confEnvironment(program, make, signal);
  const environment = told ?? {};
  const resultsFile = join(make.out, SHELL_RESULTS);
  const known = ((await readJson(resultsFile).catch(() => [])) ?? []) as [string, string][];
  const shellResults = new Map(known);
  const tree = await loadKconfig({
    srctree: make.source.path,
    objtree: make.out,
    root: program.kconfigRoot,
    environment,
    shell: shellRunner({ cwd: make.out, environment }),
    shellResults,
  }).catch((error: unknown) => {
    throw describeUnreadable(program, error);
  });
  if (shellResults.size > known.length) await writeFileAside(resultsFile, JSON.stringify([...shellResults]));
  return { tree, environment: told, shellResults };
}

/**
 * The environment in which make starts conf. conf itself prints it, from a macro in a Kconfig file that we pass to it
 * (kconfig-macro-language.rst, `$(shell,command)`). The environment and the output of macros are kept for the same
 * command of make.
 */
async function confEnvironment(
  program: KconfigProgram,
  make: MakeSetting,
  signal?: AbortSignal,
): Promise<Record<string, string> | undefined> {
  if (!(await pathExists(join(make.source.path, 'scripts/kconfig/preprocess.c')))) return undefined;
  const file = join(make.out, PROBE.environment);
  const { argv, env } = planMake(make, [program.resolve.goal]);
  const command = JSON.stringify([argv, env]);
  const commandFile = join(make.out, PROBE.command);
  if ((await readFile(commandFile, 'utf8').catch(() => undefined)) === command)
    return parseEnvironment(await readFile(file, 'utf8'));
  await remove(file);
  await writeFile(
    join(make.out, PROBE.kconfig),
    `probe := $(shell,env -0 > ${PROBE.environment})\nconfig BRINGUP_PROBE\n\tbool\n`,
  );
  const settings = [`KBUILD_KCONFIG=${PROBE.kconfig}`, `KCONFIG_CONFIG=${PROBE.config}`] as const;
  await runProgram([...argv, ...settings], { env, signal });
  const text = await readFile(file, 'utf8');
  await writeFileAside(commandFile, command);
  return parseEnvironment(text);
}

function parseEnvironment(text: string): Record<string, string> {
  const pairs = text
    .split('\0')
    .filter(Boolean)
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const)
    // A make that a macro starts must not take the variables that make passes to its own children for orders.
    .filter(([name]) => !/^(MAKE|MFLAGS|KBUILD_KCONFIG|KCONFIG_CONFIG)/.test(name));
  return Object.fromEntries(pairs);
}
