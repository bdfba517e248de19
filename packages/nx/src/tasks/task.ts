import type { ExecutorContext } from '@nx/devkit';
import { describeHostError, isBringupError, terminationSignal } from '@bringup/process';
import { describeProjects, type ProjectContext } from './project-context.js';

/** The argument of an executor's work: its project and those beside it, its output, and the signal to stop. */
export interface Task extends ProjectContext {
  readonly signal: AbortSignal;
  /** One line for the user. */
  note(message: string): void;
  /** A command about to run, copy-pasteable. */
  command(line: string): void;
  /** True where nothing may be resolved anew and a difference from the lock is an error. */
  readonly frozen: boolean;
  /** The `runtime` inputs of the task, as Nx hashed them before it ran: command → Nx's hash of what it printed. */
  readonly runtimeHashes: ReadonlyMap<string, string>;
}

/**
 * Runs an executor's work; the only place that catches errors. Of Bringup's own errors it shows only the message. Others are bugs
 * and are shown with their stack.
 */
export async function runTask(
  context: ExecutorContext,
  work: (task: Task) => Promise<void>,
): Promise<{ success: boolean }> {
  const termination = terminationSignal();
  const verbose = context.isVerbose || process.env.NX_VERBOSE_LOGGING === 'true';
  try {
    await work(describeTask(context, termination.signal, verbose));
    return { success: true };
  } catch (error) {
    console.error(describeFailure(error, `${context.projectName}: `, verbose));
    return { success: false };
  } finally {
    termination.dispose();
  }
}

/**
 * An error as a task shows it: one of Bringup's own by its message, any other with its stack.
 *
 * @param head stands before such a message
 */
export function describeFailure(thrown: unknown, head = '', verbose = false): string {
  const error = describeHostError(thrown);
  // Some messages begin with the project by themselves, because others show them as well.
  if (isBringupError(error) && !verbose)
    return error.message.startsWith(head) ? error.message : `${head}${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function describeTask(context: ExecutorContext, signal: AbortSignal, verbose: boolean): Task {
  const project = context.projectName ?? 'project';
  return {
    workspaceRoot: context.root,
    project,
    configuration: context.configurationName,
    signal,
    note: (message) => console.error(`${project}: ${message}`),
    command: (line) => (verbose ? console.error(`+ ${line}`) : undefined),
    frozen: isFrozen(process.env),
    runtimeHashes: readRuntimeHashes(context),
    ...describeProjects(project, context.projectsConfigurations?.projects ?? {}),
  };
}

function readRuntimeHashes({ taskGraph, projectName, targetName, configurationName }: ExecutorContext) {
  const id = [projectName, targetName, configurationName].filter(Boolean).join(':');
  const nodes = Object.entries(taskGraph?.tasks[id]?.hashDetails?.nodes ?? {});
  return new Map(
    nodes
      .filter(([name]) => name.startsWith(RUNTIME))
      .map(([name, hash]) => [name.slice(RUNTIME.length), hash]),
  );
}

/** How Nx marks them among the details of a hash. */
const RUNTIME = 'runtime:';

/** Frozen: asked for, or on a CI machine, by the variable that all of them set. */
export function isFrozen(env: Readonly<Record<string, string | undefined>>): boolean {
  const value = env.BRINGUP_FROZEN ?? env.CI;
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
