import { join } from 'node:path';
import { ensureDir, remove } from 'fs-extra';
import { isPublished, publish } from '@bringup/kbuild';
import { whileOwning } from './owning.js';
import type { Task } from './task.js';

/** The artifacts that a task publishes, and the way to make them. */
interface Publication {
  /** The project's kept directory, absolute. No other task works there meanwhile. */
  readonly work: string;
  /** The directory to publish to, absolute. */
  readonly output: string;
  /** Everything that the bytes of the artifacts depend on, as `recipeOf` gives it. */
  readonly recipe: string;
  /** The verb of the note that is printed when the artifacts are up to date: nothing to `compile`. */
  readonly verb: string;
  /**
   * Makes the artifacts.
   *
   * @param scratch gives an empty directory on the file system of the kept one; it is gone afterwards
   * @returns the name of each artifact → the file to publish as it
   */
  make(scratch: () => Promise<string>): Promise<Readonly<Record<string, string>>>;
}

/**
 * Makes and publishes artifacts, unless what is published was made by the same recipe.
 *
 * @returns the names of those that are other than before; undefined where nothing had to be made
 * @throws those of `publish`, and of what makes them
 */
export async function publishArtifacts(
  task: Task,
  { work, output, recipe, verb, make }: Publication,
): Promise<readonly string[] | undefined> {
  return whileOwning(task, work, async () => {
    if (await isPublished(output, 'build', recipe)) {
      task.note(`up to date, nothing to ${verb}`);
      return undefined;
    }
    const scratch = join(work, 'scratch');
    let isUsed = false;
    const useScratch = async () => {
      isUsed = true;
      // A run that was killed may have left some of its files.
      await remove(scratch);
      await ensureDir(scratch);
      return scratch;
    };
    try {
      return await publish(output, 'build', recipe, await make(useScratch));
    } finally {
      if (isUsed) await remove(scratch);
    }
  });
}
