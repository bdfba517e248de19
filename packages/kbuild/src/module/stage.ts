import { dirname, join } from 'node:path';
import { copy, ensureDir, outputJson, pathExists, readJson, remove } from 'fs-extra';
import { sha256File, UserError } from '@bringup/process';
import { fileProblem } from '../make/file-problem.js';

/**
 * Copies files of the workspace to `staging`, each to the same place below it: make writes beside the sources that it
 * compiles. A file of the same content keeps its time, by which make goes; one that is no longer among them is
 * removed, and what make made stays.
 *
 * @param files relative to `directory`
 * @throws UserError `MODULE_FILE_MISSING`
 */
export async function stageFiles(
  directory: string,
  files: readonly string[],
  staging: string,
): Promise<void> {
  const listFile = `${staging}.files.json`;
  const before = ((await readJson(listFile).catch(() => [])) as string[]).filter(
    (file) => !files.includes(file),
  );
  for (const file of before) await remove(join(staging, file));
  // Written first: what a killed run has copied is known to the next one.
  await outputJson(listFile, files);
  for (const file of files) await stageFile(join(directory, file), join(staging, file), file);
}

async function stageFile(source: string, target: string, shown: string): Promise<void> {
  const problem = await fileProblem(source);
  if (problem !== undefined) {
    const message = `sources: ${shown} ${problem}. Paths are relative to the workspace root; {projectRoot} is understood.`;
    throw new UserError('MODULE_FILE_MISSING', message, { file: shown });
  }
  if ((await pathExists(target)) && (await sha256File(target)) === (await sha256File(source))) return;
  await ensureDir(dirname(target));
  // Follows symlinks: the content counts.
  await copy(source, target, { dereference: true });
}
