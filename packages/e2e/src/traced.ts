import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { spawn } from 'node:child_process';
import { nxEnvironment } from './nx-run.js';

/** The files that the executor of each task opened for reading, by task (`kernel:config`): real paths, relative to the workspace. */
export type OpenedFiles = Readonly<Record<string, readonly string[]>>;

/** One process or thread, from the file that strace wrote for it. */
interface Traced {
  readonly children: readonly string[];
  readonly opened: readonly string[];
  /** The task, where it is the process in which Nx runs an executor. */
  readonly task: string | undefined;
}

/** Calls that open a file, and those that create a process or thread, which show the executor that it belongs to. */
const CALLS = '%file,clone,clone3,fork,vfork';

/**
 * Runs nx under strace, and returns the files of the workspace that each executor and its programs opened. The files that nx
 * itself reads in order to hash them are left out.
 *
 * @param traces an empty directory
 * @throws Error with nx's output when it fails
 */
export async function traceTasks(
  workspace: string,
  traces: string,
  args: readonly string[],
): Promise<OpenedFiles> {
  const strace = ['-ff', '--seccomp-bpf', '-qq', '-y', '-s', '65536', '-e', `trace=${CALLS}`];
  const nx = [process.execPath, join(workspace, 'node_modules/nx/dist/bin/nx.js'), ...args];
  const argv = [...strace, '-e', 'abbrev=!execve', '-o', join(traces, 'trace'), ...nx];
  const child = spawn('strace', argv, {
    cwd: workspace,
    env: nxEnvironment(workspace),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`nx ended with ${code}:\n${output}`);
  return openedByTask(workspace, readTraces(traces));
}

function readTraces(directory: string): Map<string, Traced> {
  return new Map(
    readdirSync(directory).map((name) => {
      const text = readFileSync(join(directory, name), 'utf8');
      const children = [...text.matchAll(/^(?:clone3?|v?fork)\(.* = (\d+)(?:<.*>)?$/gm)].map(
        ([, pid]) => pid!,
      );
      // With -y strace prints the real path of the descriptor, whatever path opened it.
      const opened = [
        ...text.matchAll(/^open(?:at2?)?\(.*O_(?:RDONLY|RDWR)(?!.*O_DIRECTORY).* = \d+<(.*)>$/gm),
      ];
      return [
        name.slice(name.lastIndexOf('.') + 1),
        { children, opened: opened.map(([, path]) => path!), task: taskOf(text) },
      ];
    }),
  );
}

/** Nx runs an executor by run-executor.js, and names the task in its environment. */
function taskOf(text: string): string | undefined {
  const start = /^execve\(.*run-executor\.js.*$/m.exec(text)?.[0];
  const variable = (name: string) => new RegExp(`"${name}=([^"]*)"`).exec(start ?? '')?.[1];
  const [project, target] = [variable('NX_TASK_TARGET_PROJECT'), variable('NX_TASK_TARGET_TARGET')];
  return project === undefined ? undefined : `${project}:${target}`;
}

function openedByTask(workspace: string, traces: Map<string, Traced>): OpenedFiles {
  const below = (pid: string): string[] => {
    const traced = traces.get(pid);
    return traced ? [...traced.opened, ...traced.children.flatMap(below)] : [];
  };
  const tasks = [...traces].flatMap(([pid, { task }]) => (task === undefined ? [] : [{ pid, task }]));
  return Object.fromEntries(
    tasks.map(({ pid, task }) => {
      const paths = below(pid).map((path) => relative(workspace, path));
      return [task, [...new Set(paths)].filter((path) => path !== '' && !path.startsWith('../')).sort()];
    }),
  );
}
