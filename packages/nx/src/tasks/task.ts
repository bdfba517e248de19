import type { ExecutorContext, ProjectConfiguration } from '@nx/devkit';
import { describeHostError, isBringupError, terminationSignal } from '@bringup/process';
import { findDeclaration, type Declaration, type ProjectLike } from '../workspace/declaration.js';
import { otherOutputs, type OtherOutput } from '../workspace/other-outputs.js';

/** The argument of an executor's work: the project it works for, its output, and the signal to stop. */
export interface Task {
  readonly workspaceRoot: string;
  readonly project: string;
  /** The project's directory, relative to the workspace root. */
  readonly projectRoot: string;
  /** The variant that was asked for; undefined is the default one. */
  readonly configuration: string | undefined;
  readonly signal: AbortSignal;
  /** One line for the user. */
  note(message: string): void;
  /** A command about to run, copy-pasteable. */
  command(line: string): void;
  /** True where nothing may be resolved anew and a difference from the lock is an error. */
  readonly frozen: boolean;
  /** The names of all projects of the workspace. */
  readonly projects: readonly string[];
  /** The declaration of another project. */
  declarationOf(project: string): Declaration | undefined;
  /** The declarations of all projects, this one included. */
  declarations(): Declaration[];
  /** Where targets of other plugins publish. */
  otherOutputs(): OtherOutput[];
  /** This project's declaration for Bringup. */
  readonly declaration: Declaration | undefined;
  /** The `runtime` inputs of the task, as Nx hashed them before it ran: command → Nx's hash of what it printed. */
  readonly runtimeHashes: ReadonlyMap<string, string>;
  /** True when Nx runs this project's `config` target before its build. */
  readonly hasConfigTarget: boolean;
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

/** The part of a task that follows from the projects of the workspace, as Nx has them. */
export function describeProjects(
  project: string,
  projects: Readonly<Record<string, ProjectConfiguration>>,
): Pick<
  Task,
  | 'projectRoot'
  | 'projects'
  | 'declarationOf'
  | 'declarations'
  | 'otherOutputs'
  | 'declaration'
  | 'hasConfigTarget'
> {
  const own = projects[project];
  const declarationOf = (name: string) => {
    const found = projects[name];
    return found ? findDeclaration({ ...found, name } as ProjectLike) : undefined;
  };
  return {
    projectRoot: own?.root ?? '.',
    projects: Object.keys(projects),
    declarationOf,
    declarations: () => Object.keys(projects).flatMap((name) => declarationOf(name) ?? []),
    otherOutputs: () => Object.entries(projects).flatMap(([name, found]) => otherOutputs({ ...found, name })),
    declaration: declarationOf(project),
    hasConfigTarget: own?.targets?.config !== undefined,
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
