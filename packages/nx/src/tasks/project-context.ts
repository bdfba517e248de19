import type { ProjectConfiguration } from '@nx/devkit';
import { findDeclaration, type Declaration, type ProjectLike } from '../workspace/declaration.js';
import { otherOutputs, type OtherOutput } from '../workspace/other-outputs.js';

/** The input of a plan, which runs nothing: a project in the variant that was asked for, and the projects beside it. */
export interface ProjectContext extends WorkspaceContext {
  readonly workspaceRoot: string;
  readonly project: string;
  /** The variant that was asked for; undefined is the default one. */
  readonly configuration: string | undefined;
}

/** The part that follows from the projects of the workspace. */
interface WorkspaceContext {
  /** The project's directory, relative to the workspace root. */
  readonly projectRoot: string;
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
  /** True when Nx runs this project's `config` target before its build. */
  readonly hasConfigTarget: boolean;
}

/** The context of a project in a workspace that Nx has read. */
export function describeProjects(
  project: string,
  projects: Readonly<Record<string, ProjectConfiguration>>,
): WorkspaceContext {
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
