import { runProgram, type Environment } from '@bringup/process';

/**
 * Makes the workspace a git repository with one commit, unless it is already inside one.
 *
 * @returns what the user has to know of it
 */
export async function initialiseGit(root: string, env: Environment, signal: AbortSignal): Promise<string[]> {
  const git = async (...args: string[]) =>
    await runProgram(['git', ...args], { cwd: root, env, signal, okExitCodes: [0, 1, 128] });
  try {
    if ((await git('rev-parse', '--is-inside-work-tree')).exitCode === 0)
      return [
        'The workspace is inside a git repository: no repository was created, and nothing was committed.',
      ];
  } catch (error) {
    if ((error as { code?: string }).code !== 'TOOL_MISSING') throw error;
    return ['git is not installed: no repository was created.'];
  }
  const run = async (...args: string[]) => await runProgram(['git', ...args], { cwd: root, env, signal });
  await run('init', '--quiet', '--initial-branch=main');
  await run('add', '--all');
  // Without a name and an address git refuses, or makes up some of the host's.
  if ((await git('config', 'user.email')).exitCode !== 0)
    return ['git does not know your name and address (git config user.email): nothing was committed.'];
  await run('commit', '--quiet', '--message=Workspace made by create-bringup');
  return [];
}
