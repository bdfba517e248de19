import type { Tree } from '@nx/devkit';
import { UserError } from '@bringup/process';
import { presetPath } from '../kinds/kconfig/presets.js';
import { parseFragmentName } from '../workspace/names-in-options.js';

/** @throws UserError `FRAGMENT_MISSING`, `UNKNOWN_PRESET` */
export function requireFragments(tree: Tree, fragments: readonly string[]): void {
  for (const text of fragments) {
    const fragment = parseFragmentName(text);
    if (fragment.kind === 'preset') presetPath(fragment.name);
    if (fragment.kind !== 'file' || tree.isFile(fragment.path)) continue;
    const message =
      `fragments: there is no file ${fragment.path}. A path is relative to the workspace root; ` +
      'preset:NAME is one that ships with Bringup, tree:NAME one of the source tree';
    throw new UserError('FRAGMENT_MISSING', message, { path: fragment.path });
  }
}
