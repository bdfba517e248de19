import { join } from 'node:path';
import { pathExists, readFile, readJson, remove, writeFile } from 'fs-extra';
import { runProgram, scrubbedEnvironment, writeFileAside } from '@bringup/process';
import { loadKconfig, shellRunner, type KconfigTree } from '@bringup/kconfig';
import { planMake, type MakeSetting } from './make.js';
import type { KconfigProgram } from './programs.js';

/** Names in the output directory; conf runs there, so that the probe needs no path. */
const PROBE = {
  kconfig: '.bringup-probe.Kconfig',
  config: '.bringup-probe.config',
  environment: '.bringup-probe.env',
  command: '.bringup-probe.json',
};
const SHELL_RESULTS = '.bringup-shell.json';

/**
 * Reads a source tree's Kconfig files as its own conf does, with the environment that its Makefile gives conf.
 * What `$(shell,…)` printed is kept in the output directory, which is made anew when source or tools change.
 *
 * @param make its `out` has been configured in before
 * @throws UserError `KCONFIG_SYNTAX`
 */
export async function readKconfigTree(
  program: KconfigProgram,
  make: MakeSetting,
  signal?: AbortSignal,
): Promise<KconfigTree> {
  const environment = await confEnvironment(program, make, signal);
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
  });
  if (shellResults.size > known.length) await writeFileAside(resultsFile, JSON.stringify([...shellResults]));
  return tree;
}

/**
 * Resolves a configuration file in place, as the program's own goal does. Where it is known in which environment make
 * starts conf, conf is started directly: make needs longer to find that it has nothing else to do.
 *
 * @param make its `out` has been configured in before
 * @param config absolute path
 */
export async function resolveInPlace(
  program: KconfigProgram,
  make: MakeSetting,
  config: string,
  signal?: AbortSignal,
): Promise<void> {
  const { goal, input } = program.resolve;
  if (await hasMacros(make)) {
    const environment = await confEnvironment(program, make, signal);
    const argv = [join(make.out, 'scripts/kconfig/conf'), `--${goal}`, program.kconfigRoot] as const;
    const env = scrubbedEnvironment({ ...environment, KCONFIG_CONFIG: config });
    await runProgram(argv, { cwd: make.out, env, input, signal });
    return;
  }
  const { argv, env } = planMake(make, [goal]);
  await runProgram([...argv, `KCONFIG_CONFIG=${config}`], { env, input, signal });
}

/** Trees older than the macro language read no environment. */
function hasMacros(make: MakeSetting): Promise<boolean> {
  return pathExists(join(make.source.path, 'scripts/kconfig/preprocess.c'));
}

/**
 * The environment in which make starts conf, told by conf itself: it is given a Kconfig file whose macro prints it
 * (kconfig-macro-language.rst, `$(shell,command)`). What it told is kept for the same command of make, as is what its macros printed.
 */
async function confEnvironment(
  program: KconfigProgram,
  make: MakeSetting,
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  if (!(await hasMacros(make))) return {};
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
    // What make tells its own children, and not conf, must not look like an order to a make that a macro starts.
    .filter(([name]) => !/^(MAKE|MFLAGS|KBUILD_KCONFIG|KCONFIG_CONFIG)/.test(name));
  return Object.fromEntries(pairs);
}
