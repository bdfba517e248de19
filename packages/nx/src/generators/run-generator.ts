import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatFiles, logger, type GeneratorCallback, type Tree } from '@nx/devkit';
import { UserError } from '@bringup/process';
import { initialise } from './init/initialise.js';
import { GeneratedWorkspace } from './workspace.js';

/**
 * A generator of Nx: sets the workspace up for Bringup where that was not done yet, does the work on the virtual tree,
 * formats what it wrote, and only then, when all of it can be written, lets Nx write it. Notes come last, and not in a dry run.
 */
export function asGenerator<Options>(
  work: (workspace: GeneratedWorkspace, options: Options) => void | Promise<void>,
): (tree: Tree, options: Options) => Promise<GeneratorCallback> {
  return async (tree, options) => {
    const workspace = new GeneratedWorkspace(tree);
    initialise(tree);
    await work(workspace, options);
    await formatFiles(tree);
    requireWritable(tree);
    return () => {
      for (const note of workspace.notes) logger.info(note);
    };
  };
}

/**
 * Nx writes file after file: one that cannot be written would leave half of a project.
 *
 * @throws UserError `NOT_WRITABLE`
 */
function requireWritable(tree: Tree): void {
  for (const { path } of tree.listChanges()) {
    const place = nearestExisting(join(tree.root, path));
    try {
      accessSync(place, constants.W_OK);
    } catch (cause) {
      const message = `${path} cannot be written: this user may not write to ${place}. Nothing was changed`;
      throw new UserError('NOT_WRITABLE', message, { path, place }, cause);
    }
  }
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}
