import { writeFile } from 'node:fs/promises';
import type { ExecutorContext, ProjectConfiguration } from '@nx/devkit';
import { RUN_OPTIONS } from '../targets.js';
import { omit } from '../../../graph/records.js';
import type { QemuOptions } from '../../../generated/qemu-options.js';

/** A board and what it is made of, as Nx read the workspace for one run of it. */
export interface ReadBoard {
  /** The board's, merged by Nx, without those that say how it is run. */
  readonly options: QemuOptions;
  /** All projects of the workspace. */
  readonly projects: Readonly<Record<string, ProjectConfiguration>>;
  /** The run and all tasks before it. */
  readonly tasks: readonly ReadTask[];
}

/** A task of Nx's, by name. */
export interface ReadTask {
  readonly project: string;
  readonly target: string;
}

/** The board as Nx passed it to the executor of its run. */
export function readBoard(options: QemuOptions, context: ExecutorContext): ReadBoard {
  const tasks = Object.values(context.taskGraph?.tasks ?? {}).map(({ target }) => target);
  return {
    options: omit(options, RUN_OPTIONS),
    projects: context.projectsConfigurations?.projects ?? {},
    tasks: tasks.map(({ project, target }) => ({ project, target })),
  };
}

/**
 * Names the file that takes the board. Only a watching run sets it, for the nx that it starts: that nx reads the workspace again and
 * builds what comes before the run, and its executor hands the board over instead of booting it.
 */
export const HAND_OVER = 'BRINGUP_WATCH_HAND_OVER';

/** Hands the board over to the watching run that started this nx; false when none did. */
export async function handOver(
  board: ReadBoard,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<boolean> {
  const place = env[HAND_OVER];
  if (place === undefined) return false;
  await writeFile(place, JSON.stringify(board));
  return true;
}
