import type { Tree } from '@nx/devkit';
import { addIgnoreEntries } from '../generators/initialise.js';
import { GeneratedWorkspace } from '../generators/workspace.js';

/**
 * Workspaces that were set up by hand before there were generators may lack the ignore entries: git would take up what a
 * build keeps, and Nx would watch its 10,000 files. One without projects of Bringup is left alone.
 */
export default function ignoreEntries(tree: Tree): void {
  if (new GeneratedWorkspace(tree).declarations().length > 0) addIgnoreEntries(tree);
}
