import { scrubbedEnvironment, startProgram } from '@bringup/process';

/**
 * Settings under which git only reads, and says the same on every host: no user's or system's configuration, no
 * daemon, no refreshed index. The tree may belong to somebody else (a container's volume), which git would refuse.
 */
const SETTINGS = ['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false'];
const ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
};

/**
 * git's stdout, byte for byte: file names have no encoding.
 *
 * @returns undefined when it failed: not a repository, no commit yet
 * @throws ToolError `TOOL_MISSING`
 */
export async function readGit(directory: string, args: readonly string[]): Promise<Buffer | undefined> {
  const program = await startProgram(['git', ...SETTINGS, ...args], {
    cwd: directory,
    env: scrubbedEnvironment(ENVIRONMENT),
  });
  const chunks: Buffer[] = [];
  program.stdin?.end();
  program.stderr?.resume();
  program.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => program.stdout?.once('close', resolve));
  const { exitCode } = await program.exited;
  await ended;
  return exitCode === 0 ? Buffer.concat(chunks) : undefined;
}

/** Splits the output of an option `-z`. latin1, which keeps every byte. */
export function splitNames(output: Buffer): string[] {
  return output.toString('latin1').split('\0').filter(Boolean);
}
