import { join } from 'node:path';
import { stat } from 'node:fs/promises';
import { recipeOf } from '@bringup/kbuild';
import { formatSize } from '@bringup/disk';
import { outputDirectory } from '../tasks/output-directory.js';
import { engineIdentity } from '../graph/engine.js';
import { workDirectory } from '../workspace/paths.js';
import { publishArtifacts } from '../tasks/publish-artifacts.js';
import { checkTools, ensureLocked, type Needs } from '../lock/locked.js';
import type { Task } from '../tasks/task.js';

/** An image to be made: what decides its bytes, and how it is made. */
export interface ImagePlan {
  /** The artifact's file name. */
  name: string;
  /** Everything that its bytes depend on, but for the tools and Bringup itself. */
  ingredients: readonly unknown[];
  /** Writes the image; `scratch` is a directory on the same file system, gone afterwards. */
  write(path: string, scratch: string): Promise<void>;
}

/** Makes and publishes an image, unless the one that is there has the same recipe. */
export async function makeImage(
  task: Task,
  options: { outputPath?: string },
  needs: Needs,
  plan: () => Promise<ImagePlan>,
): Promise<void> {
  const locked = await ensureLocked(task, needs);
  const { name, ingredients, write } = await plan();
  const output = outputDirectory(task, options.outputPath);
  const recipe = recipeOf([...ingredients, locked.tools, engineIdentity()]);
  const work = workDirectory(task.workspaceRoot, task.project, task.configuration);
  const make = async (scratch: () => Promise<string>) => {
    await checkTools(locked, needs.probe);
    const directory = await scratch();
    const made = join(directory, name);
    await write(made, directory);
    return { [name]: made };
  };
  const changed = await publishArtifacts(task, { work, output, recipe, verb: 'make', make });
  if (!changed) return;
  const { size, blocks } = await stat(join(output, name));
  const onDisk = Math.min(size, blocks * 512);
  task.note(
    `made ${name}, ${formatSize(size)}${onDisk < size ? `, ${formatSize(onDisk)} of it on disk` : ''}`,
  );
}
