import { statSync } from 'node:fs';
import { join } from 'node:path';
import { remove } from 'fs-extra';
import type { ProgramName } from '../programs/programs.js';
import { selectPart } from '../sources/source-parts.js';
import { place } from '../sources/index.js';
import { MAKEFILE } from '../programs/tree-file-kinds.js';
import { rulesDigestOf } from './makefile-rules.js';
import { compareTrees } from './compare-trees.js';
import { moveOut } from './move-out.js';
import { removeOutdated } from './dependents.js';
import { planRemedy, type Remedy } from './source-changes.js';
import { readBuiltMs, recordBuilt } from './source-record.js';

/** Archives that are dated by `SOURCE_DATE_EPOCH`, and made again only when what is in them changes (kernel/gen_kheaders.sh). */
const DATED = ['kernel/kheaders.md5'];

/** Two trees of a store, of which one takes the place of the other. */
interface Succession {
  readonly program: ProgramName;
  readonly from: string;
  readonly to: string;
}

/**
 * Takes an output directory from one tree of the store to another, such as the next revision of a Debian package. Afterwards the
 * directory looks as if it had been built from the new tree before the differing files changed.
 *
 * @param onNote is called with a line that says how many files differ
 * @returns the changes that make would miss; undefined where the directory cannot be used for the other tree
 */
export async function followSource(
  out: string,
  { program, from, to }: Succession,
  onNote?: (note: string) => void,
): Promise<Remedy | undefined> {
  const builtMs = await readBuiltMs(out);
  // The earlier tree may have been pruned.
  const isThere = statSync(from, { throwIfNoEntry: false })?.isDirectory() === true;
  if (from.length !== to.length || builtMs > Date.now() || !isThere) return undefined;
  const changes = await compareTrees(from, to, selectPart(program, 'build').has);
  // The files here are about to get times just before this one. Taken any earlier, a tree that was unpacked a moment ago could be younger.
  const nowMs = Date.now();
  const names = Object.values(changes).flat();
  const changedRules = new Set<string>();
  for (const name of names.filter((one) => MAKEFILE.test(one)))
    if ((await rulesIn(from, name)) !== (await rulesIn(to, name))) changedRules.add(name);
  const remedy = planRemedy(
    changes,
    (name) => statSync(pathIn(to, name)).mtimeMs <= nowMs,
    (name) => changedRules.has(name),
  );
  if (remedy.everything !== undefined) return remedy;
  const differ = names.length === 1 ? '1 file differs' : `${names.length} files differ`;
  onNote?.(`another revision of the source, ${differ}: what does not depend on that is kept`);
  // Their times are about to be lost.
  await removeOutdated(out, from);
  moveOut(out, { from, to }, nowMs);
  await Promise.all(DATED.map((name) => remove(join(out, name))));
  await recordBuilt(out, nowMs);
  return remedy;
}

const pathIn = (tree: string, name: string) => place(Buffer.from(tree), name);
const rulesIn = (tree: string, name: string) => rulesDigestOf(pathIn(tree, name));
