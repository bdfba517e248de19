import { join } from 'node:path';
import { copyFile, readFile, writeFile } from 'fs-extra';
import { runProgram, scrubbedEnvironment } from '@bringup/process';
import { openKconfig } from './kconfig-tree.js';
import { planMake, type MakeSetting } from '../make/make.js';
import type { KconfigProgram } from '../programs/programs.js';

const RECORDED_ROOT = '.bringup-recorded.Kconfig';
const RECORDED = 'bringup-recorded:';

/**
 * Resolves another file than the output directory's `.config`, in place, by the tree's own conf.
 *
 * Most of a `make olddefconfig` goes into the compilers that `$(shell,…)` starts, and the rest into make. Here conf is
 * started directly, in the directory and environment in which make starts it, and with what these commands printed
 * when the tree was read: they depend on nothing that a `.config` says. Trees older than the macro language
 * (BusyBox) are resolved by make, which is fast there.
 *
 * @param make its `out` has been configured in before, so that conf is compiled there
 * @param config absolute path of the file
 * @throws ToolError `TOOL_FAILED`
 */
export async function resolveAside(
  program: KconfigProgram,
  make: MakeSetting,
  config: string,
  signal?: AbortSignal,
): Promise<void> {
  const { goal, input } = program.resolve;
  const { environment, shellResults } = await openKconfig(program, make, signal);
  if (environment === undefined) return resolveByMake(program, make, config, signal);
  const root = await readFile(join(make.source.path, program.kconfigRoot), 'utf8');
  await writeFile(join(make.out, RECORDED_ROOT), withRecordedShell(root));
  const recorded = [...shellResults].map(([command, output]) => [`${RECORDED}${command}`, output] as const);
  // simple-targets of scripts/kconfig/Makefile: $(obj)/conf --$@ $(Kconfig), started in the output directory.
  await runProgram([join(make.out, 'scripts/kconfig/conf'), `--${goal}`, RECORDED_ROOT], {
    cwd: make.out,
    env: scrubbedEnvironment({ ...environment, ...Object.fromEntries(recorded), KCONFIG_CONFIG: config }),
    input,
    signal,
  });
}

/** conf of trees that old knows one file only, `.config` (BusyBox's confdata.c): it is lent that place. */
async function resolveByMake(
  { resolve }: KconfigProgram,
  make: MakeSetting,
  config: string,
  signal?: AbortSignal,
): Promise<void> {
  const place = join(make.out, '.config');
  const before = await readFile(place);
  try {
    await copyFile(config, place);
    const { argv, env } = planMake(make, [resolve.goal]);
    await runProgram(argv, { env, input: resolve.input, signal });
    await copyFile(place, config);
  } finally {
    await writeFile(place, before);
  }
}

/**
 * The first Kconfig file with a macro that takes the place of the built-in function `shell`, and looks its argument up:
 * of a reference that is neither variable nor function, conf reads the environment, whatever characters the name is
 * made of (eval_clause() of scripts/kconfig/preprocess.c). Nothing may stand before `mainmenu` (parser.y).
 */
function withRecordedShell(root: string): string {
  const macro = `shell = $(${RECORDED}$(1))\n`;
  const mainmenu = /^mainmenu\b.*\n/m.exec(root);
  const at = mainmenu ? mainmenu.index + mainmenu[0].length : 0;
  return root.slice(0, at) + macro + root.slice(at);
}
