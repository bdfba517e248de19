import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownCaches, withoutPrivilege } from './caches.js';

export const REPOSITORY = join(__dirname, '..', '..', '..');

/** The fate of a task: taken from Nx's cache (`hit`), found up to date by its executor (`skipped`), or carried out (`ran`). */
export type Fate = 'hit' | 'skipped' | 'ran';

export interface NxRun {
  exitCode: number | null;
  output: string;
  /** Task name (`kernel:build`) → fate; the tasks that Nx touched. */
  tasks: Record<string, Fate>;
}

export interface NxOptions {
  cwd: string;
  env?: Record<string, string>;
  /** Run as this user id, without any privilege. */
  uid?: number;
  /** A program and its arguments that start it: `unshare`, say. */
  wrapper?: readonly string[];
  /** Start it in a process group of its own, as a shell does, so that signals reach it as from a terminal. */
  ownGroup?: boolean;
  /** Nx's `--outputStyle`: `static`, where a task's output comes at its end, unless it is to be followed. */
  outputStyle?: 'stream';
  /** Text for stdin, which is empty without it. */
  input?: string;
  onStart?: (child: ChildProcess) => void;
  /** Called with all of the output so far, whenever there is more. */
  onOutput?: (output: string) => void;
}

/**
 * The environment of a test's nx: no daemon, no colours, a cache that belongs to the test. With the `HOME` of the user who
 * runs the tests, it also uses that user's store and ccache.
 */
export function nxEnvironment(workspace: string, extra: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH!,
    HOME: join(workspace, '..', 'home'),
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    NX_ISOLATE_PLUGINS: 'false',
    NX_CACHE_DIRECTORY: join(workspace, '.nx', 'cache'),
    NX_WORKSPACE_DATA_DIRECTORY: join(workspace, '.nx', 'workspace-data'),
    NO_COLOR: '1',
    FORCE_COLOR: '0',
    ...(extra.HOME === process.env.HOME ? ownCaches() : {}),
    ...extra,
  };
}

/** The program of a workspace's nx. */
export function nxProgram(workspace: string): string {
  const directory = join(workspace, 'node_modules/nx');
  const { bin } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    bin: { nx: string };
  };
  return join(directory, bin.nx);
}

/** Runs nx in a workspace and waits for it. */
export async function nx(args: readonly string[], options: NxOptions): Promise<NxRun> {
  const command = [
    process.execPath,
    nxProgram(options.cwd),
    ...args,
    // A generator has no output style: it would be taken for an option of its own.
    ...(args[0] === 'g' ? [] : [`--outputStyle=${options.outputStyle ?? 'static'}`]),
  ];
  const asUser = options.uid === undefined ? [] : withoutPrivilege(options.uid);
  const argv = [...(options.wrapper ?? []), ...asUser, ...command];
  const child = spawn(argv[0]!, argv.slice(1), {
    cwd: options.cwd,
    env: nxEnvironment(options.cwd, options.env),
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    detached: options.ownGroup,
  });
  child.stdin?.write(options.input);
  options.onStart?.(child);
  let output = '';
  const onData = (chunk: Buffer) => {
    output += String(chunk);
    options.onOutput?.(output);
  };
  child.stdout!.on('data', onData);
  child.stderr!.on('data', onData);
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exitCode, output, tasks: readTasks(output) };
}

/** Executors that found their recipe unchanged say so in one of these words. */
const UP_TO_DATE = /up to date/;

/** Reads Nx's static output: `> nx run kernel:build  [local cache]`, then what the task printed. */
export function readTasks(output: string): Record<string, Fate> {
  const tasks: Record<string, Fate> = {};
  const heads = [...output.matchAll(/^> nx run (\S+)(.*)$/gm)];
  heads.forEach((head, index) => {
    const body = output.slice(head.index + head[0].length, heads[index + 1]?.index ?? output.length);
    tasks[head[1]!] = /\[.*cache.*\]/.test(head[2]!) ? 'hit' : UP_TO_DATE.test(body) ? 'skipped' : 'ran';
  });
  return tasks;
}
