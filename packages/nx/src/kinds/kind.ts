import type { TargetConfiguration } from '@nx/devkit';
import type { Reference } from '../graph/find-references.js';
import type { References } from '../graph/references.js';
import type { HostNeed } from '../lock/host-need.js';
import type { Needs } from '../lock/locked.js';
import type { Task } from '../tasks/task.js';
import type { Declaration } from '../workspace/declaration.js';

/** What a project and those beside it declare: of a task, no more is needed to plan. */
export type Declared = Pick<Task, 'project' | 'workspaceRoot' | 'declaration' | 'declarationOf'>;

/** Options that nobody has held against their schema yet. */
type Unchecked = Readonly<Record<string, unknown>>;

/**
 * What all others have to know of a kind. Nx loads every row for each command, so a row imports nothing that runs. All but `needs` read
 * options as they are written, and report nothing: a wrong option must not break `nx graph`.
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
  /** Nothing below .bringup is kept for its builds: there is no target `clean`. */
  readonly keepsNothing?: true;
  /**
   * What its targets need of the host, besides the tools in the lock and what fetches a source.
   *
   * @param declarationOf what another project declares: of a board's kernel its compiler's prefix counts
   */
  readonly hostNeeds: (
    options: Unchecked,
    declarationOf: (project: string) => Declaration | undefined,
  ) => HostNeed[];
  /** What it needs of the lock, and how this host is asked for it. Loads what asks. */
  readonly needs: (task: Declared, options: Options) => Promise<Needs>;
}
