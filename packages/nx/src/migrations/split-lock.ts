import type { Tree } from '@nx/devkit';
import { splitLock as split } from '../generators/tree-lock.js';
import { GeneratedWorkspace } from '../generators/workspace.js';

/** `bringup.lock.json` becomes `bringup.lock`, a directory with a file for each entry: `nx affected` sees which one changed. */
export default async function splitLock(tree: Tree): Promise<void> {
  await split(new GeneratedWorkspace(tree));
}
