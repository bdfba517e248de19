import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ownDirectory,
  quoteArgument,
  releaseDirectory,
  runProgram,
  type Environment,
} from '@bringup/process';
import { initialiseGit } from './git.js';
import { type Choice } from './options.js';
import { inspectPlace, type Place } from './place.js';

/** The directory, environment and version that a workspace is made with, and the function that prints progress. */
interface Surroundings {
  cwd: string;
  /** Passed on whole, because package managers read their settings from it. */
  environment: Environment;
  /** The version of Bringup to add: this package's own. */
  version: string;
  signal: AbortSignal;
  say: (line: string) => void;
}

/**
 * Makes an Nx workspace with Bringup and one board in it. When it fails, is interrupted or killed, nothing of it stays.
 *
 * @returns the command that boots the board, for a shell in `cwd`
 * @throws UserError of {@link inspectPlace}; ToolError with the last lines of the program that failed
 */
export async function create(choice: Choice, surroundings: Surroundings): Promise<string> {
  const place = inspectPlace(choice.directory, surroundings.cwd);
  ownDirectory(place.path);
  try {
    await fill(place, choice, surroundings);
  } catch (error) {
    await rm(place.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    if (place.exists) await mkdir(place.path);
    throw error;
  } finally {
    releaseDirectory(place.path);
  }
  return bootCommand(choice);
}

async function fill(place: Place, choice: Choice, surroundings: Surroundings): Promise<void> {
  const { version, signal, say } = surroundings;
  const { board, arch, boot, packageManager } = choice;
  const env = { ...surroundings.environment, NX_DAEMON: 'false', NX_TUI: 'false' };
  const options = {
    name: place.name,
    workingDir: place.parent,
    packageManager,
    nxCloud: 'skip',
    analytics: false,
    interactive: false,
    skipGit: true,
  };
  say(`Making the workspace ${place.name} with ${packageManager} …`);
  const main = join(__dirname, 'workspace-main.js');
  await runProgram([process.execPath, main, JSON.stringify(options)], { cwd: place.parent, env, signal });
  const nx = async (...args: string[]) =>
    await runProgram([join(place.path, 'node_modules/.bin/nx'), ...args], { cwd: place.path, env, signal });
  say(`Adding @bringup/nx ${version} …`);
  await nx('add', `@bringup/nx@${version}`);
  say(`Generating the board ${board} …`);
  await nx('generate', '@bringup/nx:board', board, `--arch=${arch}`, `--boot=${boot}`, '--no-interactive');
  if (!choice.git) return;
  for (const note of await initialiseGit(place.path, env, signal)) say(note);
}

/** The command that boots the board of a new workspace. */
export function bootCommand({ directory, board, packageManager }: Choice): string {
  const nx = `${packageManager === 'npm' ? 'npx' : 'pnpm'} nx run ${board}:run`;
  return directory === '.' ? nx : `cd ${quoteArgument(directory)} && ${nx}`;
}
