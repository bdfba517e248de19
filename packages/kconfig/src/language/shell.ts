import { runProgram, scrubbedEnvironment } from '@bringup/process';

/** Runs one command of `$(shell,…)` and returns its standard output; its exit code does not matter, as for conf. */
export type ShellRunner = (command: string) => string | Promise<string>;

interface ShellOptions {
  /** Where the commands run: the object tree, as for conf. */
  readonly cwd: string;
  /** Their environment, on top of `PATH` and the like. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** do_shell() of preprocess.c reads at most this much. */
const MAX_OUTPUT = 4095;
const AT_ONCE = 4;
const ANY_EXIT_CODE = Array.from({ length: 256 }, (_, code) => code);

/**
 * A runner that gives each command to `sh -c`, as conf gives it to popen().
 *
 * The command is text of the source tree's Kconfig files with the environment put into it: the one place where text
 * is a program, because the language says so. Nothing that Bringup's user wrote gets into it but through `environment`.
 */
export function shellRunner({ cwd, environment, timeoutMs = 60_000 }: ShellOptions): ShellRunner {
  const env = scrubbedEnvironment({ ...environment });
  return async (command) => {
    const options = { cwd, env, timeoutMs, okExitCodes: ANY_EXIT_CODE };
    return (await runProgram(['sh', '-c', command], options)).stdout;
  };
}

/** Runs commands, a few at once, and adds what `$(shell,…)` makes of their output: one line, no newline at the end. */
export async function runShell(
  commands: Iterable<string>,
  run: ShellRunner,
  results: Map<string, string>,
): Promise<void> {
  const queue = [...commands];
  const work = async () => {
    for (let command = queue.shift(); command !== undefined; command = queue.shift()) {
      const output = (await run(command)).slice(0, MAX_OUTPUT);
      results.set(command, output.replace(/\n+$/, '').replaceAll('\n', ' '));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
