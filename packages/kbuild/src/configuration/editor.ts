import { join } from 'node:path';
import { readFile, writeFile } from 'fs-extra';
import {
  describeInstall,
  hostDistribution,
  openTerminal,
  runProgram,
  startProgram,
  ToolError,
  UserError,
} from '@bringup/process';
import { planMake, type MakeSetting } from '../make/make.js';

/** The tree's own editors of a configuration that run in a terminal. */
type ConfigEditor = 'menuconfig' | 'nconfig';

/**
 * Opens an editor on `config` and waits until the user leaves it.
 *
 * @param make its `out` has been configured in before
 * @returns the `.config` as the user left it
 * @throws UserError `NO_TERMINAL`; ToolError `TOOL_FAILED` when the editor could not be built or failed
 */
export async function runConfigEditor(
  make: MakeSetting,
  editor: ConfigEditor,
  config: string,
): Promise<string> {
  const terminal = await openTerminal();
  try {
    if (!terminal.interactive) {
      throw new UserError(
        'NO_TERMINAL',
        `${editor} needs a terminal. Without one, write the lines into a fragment yourself`,
      );
    }
    const path = join(make.out, '.config');
    await writeFile(path, config);
    const { argv, env } = planMake(make, [editor]);
    const program = await startProgram(argv, { env, stdio: terminal.descriptors, foreground: true });
    const { exitCode } = await program.exited;
    if (exitCode !== 0) {
      throw new ToolError(
        'TOOL_FAILED',
        `make ${editor} failed (${exitCode ?? 'killed'}), and nothing was changed. It is compiled on first use, which needs ` +
          `ncurses. ${describeInstall('libncurses-dev', hostDistribution())}`,
        { argv },
      );
    }
    return await readFile(path, 'utf8');
  } finally {
    await terminal.restore();
  }
}

/** The smallest defconfig that leads to `config` by `make savedefconfig`: only what is not at its default. */
export async function saveDefconfig(
  make: MakeSetting,
  config: string,
  signal?: AbortSignal,
): Promise<string> {
  await writeFile(join(make.out, '.config'), config);
  const { argv, env } = planMake(make, ['savedefconfig']);
  await runProgram(argv, { env, signal });
  return readFile(join(make.out, 'defconfig'), 'utf8');
}
