import { formatFiles, logger, type GeneratorCallback, type Tree } from '@nx/devkit';
import { ignoreSources } from './ignored-sources.js';
import { initialise } from './initialise.js';
import { splitLock } from './tree-lock.js';
import { GeneratedWorkspace } from './workspace.js';
import { requireWritable } from './writable.js';

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
    await splitLock(workspace);
    await work(workspace, options);
    await ignoreSources(workspace);
    await formatFiles(tree);
    requireWritable({ root: tree.root, listChanges: () => tree.listChanges() });
    return () => {
      for (const note of workspace.notes) logger.info(note);
    };
  };
}
