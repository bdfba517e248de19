import { join } from 'node:path';
import { isSeries, loadPatch, readSeries, type LoadedPatch, type PatchFile } from '@bringup/kbuild';
import { joinErrors, UserError } from '@bringup/process';
import { isGlob } from '../../workspace/glob.js';
import { findFiles } from '../program/program-files.js';

/**
 * The patches that the option `patches` names, in order.
 *
 * @throws UserError `PATCH_MISSING`, `PATCH_FORMAT`: all patches that cannot be read in one error; `OPTIONS_CONFLICT`
 */
export async function loadPatches(workspaceRoot: string, entries: readonly string[]): Promise<LoadedPatch[]> {
  const files: PatchFile[] = [];
  for (const entry of entries) files.push(...(await expand(workspaceRoot, entry)));
  const loaded: LoadedPatch[] = [];
  const errors: UserError[] = [];
  for (const file of files) {
    try {
      loaded.push(await loadPatch(file));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      errors.push(error);
    }
  }
  const [first, ...more] = errors;
  if (first) throw joinErrors([first, ...more]);
  return loaded;
}

async function expand(workspaceRoot: string, entry: string): Promise<PatchFile[]> {
  const names = await findFiles(workspaceRoot, 'patches', [entry]);
  const series = names.find(isSeries);
  if (series !== undefined && isGlob(entry)) {
    const message =
      `patches: ${entry} matches ${series}, which says itself which patches are applied, and in which order. ` +
      `Name either the series ("${series}"), or the patches ("*.patch")`;
    throw new UserError('OPTIONS_CONFLICT', message, { entry, series });
  }
  const files = names.map((name) => ({ path: join(workspaceRoot, name), shown: name, strip: 1 }));
  return series === undefined ? files : readSeries(files[0]!);
}
