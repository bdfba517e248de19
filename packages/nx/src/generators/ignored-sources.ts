import { describeWalked, isTracked } from '../workspace/walked-sources.js';
import { ignoreLine, innerSources, isLink } from '../workspace/source-directories.js';
import { addLines } from './initialise.js';
import type { GeneratedWorkspace } from './workspace.js';

/**
 * Puts source directories that lie in the workspace into `.nxignore`: Nx would list and hash the 80,000 files of a kernel for
 * every command, and take a project.json among them for a project.
 */
export async function ignoreSources(workspace: GeneratedWorkspace): Promise<void> {
  const { tree, notes } = workspace;
  for (const source of innerSources(tree.root, workspace.declarations())) {
    const { path, declared } = source;
    if (isLink(tree.root, path)) continue;
    const tracked = declared.length === 0 && (await isTracked(tree.root, path));
    if (declared.length > 0 || tracked) notes.push(describeWalked(source, tracked));
    else if (addLines(tree, '.nxignore', [ignoreLine(path)]))
      notes.push(`.nxignore names ${path} now, so that Nx does not look at all of its files.`);
  }
}
