import { object, texts } from '../graph/unchecked.js';
import { PLUGIN, resolveTokens, type ProjectLike } from './declaration.js';
import { isGlob } from './glob.js';

/** A directory or file that a cached target of another plugin has among its outputs. */
export interface OtherOutput {
  /** `web:pack`. */
  readonly task: string;
  /** Relative to the workspace root, as written. */
  readonly path: string;
}

/**
 * Where cached targets of other plugins publish, as far as their `outputs` say so by themselves: before Nx restores a result, it deletes
 * what is there. An output that names an option of the target is left out, and so is a pattern, unless it is for all of a directory.
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
