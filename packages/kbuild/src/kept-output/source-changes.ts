import type { TreeListing } from '../sources/index.js';
import { COMPILED, KCONFIG, MAKEFILE } from '../programs/tree-file-kinds.js';

/** How the files of a source tree differ from those that an output directory was made from. */
export interface SourceChanges {
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly deleted: readonly string[];
}

export function compareListings(before: TreeListing, now: TreeListing): SourceChanges {
  const changed: string[] = [];
  const added: string[] = [];
  for (const [name, identity] of now) {
    const known = before.get(name);
    if (known === undefined) added.push(name);
    else if (known !== identity) changed.push(name);
  }
  return { changed, added, deleted: [...before.keys()].filter((name) => !now.has(name)) };
}

/** The help that make needs to rebuild everything that depends on the changed files. */
export interface Remedy {
  /** Why everything has to be rebuilt. */
  readonly everything?: string;
  /** Files that appeared or disappeared. All that depends on a file of the same name, in any directory, is rebuilt. */
  readonly forgetNames: readonly string[];
  /** Files that changed. All that depends on them is rebuilt. */
  readonly forgetFiles: readonly string[];
  /** Whether conf has to write its headers again. */
  readonly reconfigure: boolean;
}

/** Programs that build steps run. Their output does not always depend on them. */
const TOOL = /^(scripts|tools)\/|\/tools\/|\.(sh|pl|py|awk|sed)$/;

/**
 * Decides what make would miss. make rebuilds a target when a file that it depends on is younger, so it misses
 *
 * - a file that changed and is not younger than the last build (`rsync -a`, `touch -d`, a wrong clock),
 * - a file that appeared: a header may now be found before another one; a deleted file the other way round,
 * - a change of a program or recipe, which no target depends on.
 *
 * @param isOld whether make takes a changed file for one that did not change
 * @param rulesChanged whether a Makefile's own rules changed, and not just its lists of objects and flags
 */
export function planRemedy(
  { changed, added, deleted }: SourceChanges,
  isOld: (name: string) => boolean,
  rulesChanged: (name: string) => boolean,
): Remedy {
  const forgetNames: string[] = [];
  const forgetFiles: string[] = [];
  let reconfigure = false;
  const remedy = (everything?: string): Remedy => ({ everything, forgetNames, forgetFiles, reconfigure });
  for (const name of [...changed, ...added, ...deleted]) {
    const everything = whyEverything(name, rulesChanged);
    if (everything !== undefined) return remedy(everything);
  }
  for (const name of [...added, ...deleted]) {
    if (KCONFIG.test(name)) reconfigure = true;
    else if (!MAKEFILE.test(name)) forgetNames.push(name);
  }
  for (const name of changed.filter(isOld)) {
    if (KCONFIG.test(name)) reconfigure = true;
    else if (COMPILED.test(name)) forgetFiles.push(name);
    else if (!MAKEFILE.test(name)) return remedy(`${name} changed, and is older than the last build`);
  }
  return remedy();
}

function whyEverything(name: string, rulesChanged: (name: string) => boolean): string | undefined {
  if (KCONFIG.test(name)) return undefined;
  if (MAKEFILE.test(name)) return rulesChanged(name) ? `a rule in ${name} changed` : undefined;
  return TOOL.test(name) ? `${name} changed, and build steps may run it` : undefined;
}
