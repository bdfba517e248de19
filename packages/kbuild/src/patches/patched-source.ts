import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readdir, stat, utimes } from 'fs-extra';
import { runProgram } from '@bringup/process';
import type { SourceContext, SourceTree } from '../sources/index.js';
import { ensureTree } from '../sources/store.js';
import { applyPatch } from './apply-patch.js';
import type { LoadedPatch } from './load-patch.js';

/** The identity of a source with patches applied in this order; that of the source itself where there are none. */
export function patchedIdentity(
  source: string,
  patches: readonly Pick<LoadedPatch, 'sha256' | 'strip'>[],
): string {
  if (patches.length === 0) return source;
  const parts = [source, ...patches.map(({ sha256, strip }) => `${sha256} -p${strip}`)];
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}

/**
 * A source with patches applied, as a tree of its own in the store. Its files are those of the source, by hard links, except the ones that a
 * patch writes.
 *
 * @param what the source as messages name it
 * @throws UserError those of {@link applyPatch} and of the store
 */
export async function ensurePatched(
  base: SourceTree,
  what: string,
  patches: readonly LoadedPatch[],
  ctx: SourceContext,
): Promise<SourceTree> {
  if (patches.length === 0) return base;
  const label = `${what} with ${patches.length === 1 ? '1 patch' : `${patches.length} patches`}`;
  return ensureTree(patchedIdentity(base.identity, patches), label, ctx, async ({ tree }) => {
    const { signal } = ctx;
    ctx.onProgress?.({ what, note: `applying ${patches.map(({ shown }) => shown).join(', ')}` });
    await runProgram(['cp', '-al', base.path, tree], { signal });
    // patch writes a new file and renames it, so the source's own files do not change.
    await runProgram(['find', tree, '-type', 'd', '-exec', 'chmod', 'u+w', '{}', '+'], { signal });
    const onNote = (note: string) => ctx.onProgress?.({ what, note });
    for (const patch of patches) await applyPatch(patch, { tree, source: what, signal, onNote });
    await dateFiles(tree, base.epoch);
  });
}

/**
 * Everybody's tree has the same times: the build's date is that of the top Makefile, whoever patched it, and when. All files but those that
 * a patch wrote are in the source's tree as well.
 */
async function dateFiles(directory: string, epoch: number): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await dateFiles(path, epoch);
    else if (entry.isFile() && (await stat(path)).nlink === 1) await utimes(path, epoch, epoch);
  }
}
