import { object, texts } from '../options/unchecked.js';
import { resolveTokens, type ProjectLike } from './declaration.js';
import { PLUGIN } from '../options/declared-kinds.js';
import { isGlob } from './glob.js';

/** A directory or file that a cached target of another plugin has among its outputs. */
export interface OtherOutput {
  /** `web:pack`. */
  readonly task: string;
  /** Relative to the workspace root, as written. */
  readonly path: string;
}

/**
 * Lists the outputs of cached targets of other plugins. Nx deletes a target's outputs before it restores them from the cache, so nothing
 * of ours may lie there. Two kinds of output are left out: those that name an option of the target, and patterns, except `DIRECTORY/**`.
 *
 * The graph knows targets of project.json alone; a target that another plugin infers is noticed when a task of ours runs.
 *
 * @param targets with nx.json's defaults
 */
export function otherOutputs(project: ProjectLike): OtherOutput[] {
  return Object.entries(object(project.targets)).flatMap(([target, value]) => {
    const { executor, cache, outputs } = object(value);
    if (cache !== true || String(executor).startsWith(`${PLUGIN}:`)) return [];
    return texts(outputs)
      .filter((output) => !/^!|\{(options|configuration)/.test(output))
      .map((output) => resolveTokens(output, project).replace(/\/\*\*(\/\*)?$/, ''))
      .filter((path) => !isGlob(path) && !/^(\.?\/?|\.\..*)$/.test(path))
      .map((path) => ({ task: `${project.name}:${target}`, path }));
  });
}
