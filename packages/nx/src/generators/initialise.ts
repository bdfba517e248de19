import { readNxJson, updateNxJson, type NxJsonConfiguration, type Tree } from '@nx/devkit';
import { PLUGIN } from '../options/declared-kinds.js';

/** Lines of `.gitignore`: what builds keep and publish, and Nx's own state. */
const GIT_IGNORED = ['dist', '.bringup', '.nx'];

/** Lines of `.nxignore`: an output directory of a kernel has some 10,000 files that no graph needs. */
const NX_IGNORED = ['.bringup'];

/** Sets a workspace up for Bringup: the plugin in nx.json, and what git and Nx ignore. Existing entries are left unchanged. */
export function initialise(tree: Tree): void {
  const nxJson: NxJsonConfiguration = readNxJson(tree) ?? {};
  const plugins = nxJson.plugins ?? [];
  const named = plugins.some((entry) => (typeof entry === 'string' ? entry : entry.plugin) === PLUGIN);
  if (!named) updateNxJson(tree, { ...nxJson, plugins: [...plugins, PLUGIN] });
  addIgnoreEntries(tree);
}

/** The entries of `.gitignore` and `.nxignore` alone. */
export function addIgnoreEntries(tree: Tree): void {
  addLines(tree, '.gitignore', GIT_IGNORED);
  addLines(tree, '.nxignore', NX_IGNORED);
}

/** @returns whether a line was missing */
export function addLines(tree: Tree, path: string, lines: readonly string[]): boolean {
  const text = tree.exists(path) ? tree.read(path, 'utf8')! : '';
  const present = new Set(text.split('\n').map((line) => bare(line)));
  const missing = lines.filter((line) => !present.has(bare(line)));
  if (missing.length === 0) return false;
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  tree.write(path, `${before}${missing.join('\n')}\n`);
  return true;
}

/** `/dist/`, `dist/` and `dist` ignore the same directory of the workspace's root. */
function bare(line: string): string {
  return line
    .trim()
    .replace(/^\//, '')
    .replace(/\/(\*\*?)?$/, '');
}
