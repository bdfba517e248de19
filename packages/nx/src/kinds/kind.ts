import type { TargetConfiguration } from '@nx/devkit';
import type { Reference } from '../graph/find-references.js';
import type { References } from '../graph/references.js';
import type { HostNeed } from '../lock/host-need.js';
import type { Needs } from '../lock/locked.js';
import type { Declaration } from '../workspace/declaration.js';
import type { ProjectContext } from '../tasks/project-context.js';

/** The declarations of a project and of the others: the only parts of a task that planning needs. */
export type Declared = Pick<ProjectContext, 'project' | 'workspaceRoot' | 'declaration' | 'declarationOf'>;

/** Options that nobody has held against their schema yet. */
type Unchecked = Readonly<Record<string, unknown>>;

/**
 * The facts about a kind that the rest of the code uses. Nx loads every row for each command, so a row imports nothing that runs.
 * All members but `needs` read unchecked options and report nothing: a wrong option must not break `nx graph`.
 */
export interface KindRow<Options> {
  /** The options that name other projects. */
  readonly references: (options: Unchecked) => Reference[];
  /** The declared target and those that follow from it, by name. */
  readonly targets: (
    declaration: Declaration,
    references: References,
    workspaceRoot: string,
  ) => Record<string, TargetConfiguration>;
  /** The targets that need the terminal for themselves. */
  readonly consoleTargets?: (declaration: Declaration) => string[];
  /** Its builds keep nothing below .bringup, so it has no target `clean`. */
  readonly keepsNothing?: true;
  /**
   * The host programs that its targets need, besides the tools in the lock and those that fetch a source.
   *
   * @param declarationOf the declaration of another project: the compiler prefix of a board's kernel counts
   */
  readonly hostNeeds: (
    options: Unchecked,
    declarationOf: (project: string) => Declaration | undefined,
  ) => HostNeed[];
  /** The lock entries that it needs, and how to ask this host for them. Loads the code that asks. */
  readonly needs: (task: Declared, options: Options) => Promise<Needs>;
}
