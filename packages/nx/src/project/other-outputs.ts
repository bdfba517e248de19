import { object, texts } from '../graph/unchecked.js';
import { resolveTokens, PLUGIN, type ProjectLike } from './declaration.js';
import { globBase, isGlob } from './glob.js';
import type { PublishedPlace } from './published.js';

/**
 * Where cached targets of other plugins publish, as far as their `outputs` say so by themselves: Nx deletes what is there before it
 * restores a result. Outputs that name an option of the target are left out.
 *
 * @param targets with nx.json's defaults
 */
export function otherOutputs(project: ProjectLike): PublishedPlace[] {
  return Object.entries(object(project.targets)).flatMap(([target, value]) => {
    const { executor, cache, outputs } = object(value);
    if (cache !== true || String(executor).startsWith(`${PLUGIN}:`)) return [];
    return texts(outputs)
      .filter((output) => !/^!|\{(options|configuration)/.test(output))
      .map((output) => resolveTokens(output, project))
      .map((path) => (isGlob(path) ? globBase(path) : path))
      .filter((path) => !/^(\.?\/?|\.\..*)$/.test(path))
      .map((path) => ({ project: project.name, option: `outputs (target ${target})`, path }));
  });
}
