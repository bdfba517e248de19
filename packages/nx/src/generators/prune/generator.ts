import { writeSync } from 'node:fs';
import type { GeneratorCallback, Tree } from '@nx/devkit';
import { bringupHome } from '@bringup/kbuild';
import { parseSize } from '@bringup/disk';
import { ToolError } from '@bringup/process';
import { parseAge, planPrune, type PruneRequest } from '../../storage/prune-plan.js';
import { findStorage } from '../../storage/storage.js';
import type { FullPruneGeneratorOptions } from '../../generated/prune-generator-options.js';
import { readTreeLock } from '../tree-lock.js';
import { GeneratedWorkspace } from '../workspace.js';
import { formatRemoved, formatStorage, pruneJson, type Outcome } from './report.js';

/**
 * `nx g @bringup/nx:prune`: says what takes space and what goes, and removes it in the callback, which Nx leaves out in a dry
 * run.
 */
export default async function prune(
  tree: Tree,
  options: FullPruneGeneratorOptions,
): Promise<GeneratorCallback> {
  const { json, lockedSources } = options;
  const request = pruneRequest(options);
  const entries = await findStorage({
    workspaceRoot: tree.root,
    declarations: new GeneratedWorkspace(tree).declarations(),
    lock: readTreeLock(tree),
    home: bringupHome(),
    lockedSources,
  });
  const nowMs = Date.now();
  const chosen = planPrune(entries, request, nowMs);
  const isDryRun = process.env.NX_DRY_RUN === 'true';
  // At once and whole: Nx ends its process without waiting for a pipe to be drained.
  if (!json) writeSync(1, formatStorage({ entries, chosen, request, nowMs, root: tree.root }));
  else if (isDryRun) writeSync(1, pruneJson(entries, chosen));
  return async () => {
    const outcomes = new Map<(typeof entries)[number], Outcome>();
    for (const entry of chosen.keys()) outcomes.set(entry, await outcomeOf(entry.remove()));
    writeSync(1, json ? pruneJson(entries, chosen, outcomes) : formatRemoved(outcomes, tree.root));
    const failed = [...outcomes.values()].find(({ error }) => error !== undefined);
    if (failed) throw failed.error;
  };
}

/**
 * Nx makes a number of what looks like one.
 *
 * @throws UserError `BAD_AGE`, `BAD_SIZE`
 */
function pruneRequest({ olderThan, maxSize, removedProjects }: FullPruneGeneratorOptions): PruneRequest {
  return {
    ...(olderThan === undefined ? {} : { olderThanMs: parseAge(String(olderThan)) }),
    ...(maxSize === undefined ? {} : { maxBytes: parseSize(String(maxSize)) }),
    removedProjects,
  };
}

/** One that cannot be removed does not keep the others. */
async function outcomeOf(removal: Promise<string | undefined>): Promise<Outcome> {
  try {
    const because = await removal;
    return because === undefined ? { removed: true } : { removed: false, because };
  } catch (error) {
    const because = (error as Error).message;
    const message = `not everything could be removed: ${because}. Remove it by hand, or run this as its owner`;
    return { removed: false, because, error: new ToolError('PRUNE_FAILED', message, {}, error) };
  }
}
