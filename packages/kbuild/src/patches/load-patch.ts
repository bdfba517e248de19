import { createHash } from 'node:crypto';
import { UserError } from '@bringup/process';
import { readPatch } from './hunks.js';
import { readPatchFile, type PatchFile } from './patch-files.js';

/** A patch with its content. */
export interface LoadedPatch extends PatchFile {
  /** Decoded as latin1. */
  readonly text: string;
  readonly sha256: string;
}

/**
 * Reads a patch, and refuses what GNU patch would only guess at.
 *
 * @throws UserError `PATCH_MISSING`, `PATCH_FORMAT` with each fault and its line
 */
export async function loadPatch(file: PatchFile): Promise<LoadedPatch> {
  const text = await readPatchFile(file);
  const { files, faults } = readPatch(text);
  const problems = faults.map(({ line, problem }) => `${file.shown}:${line}: ${problem}`);
  if (problems.length === 0 && files.length === 0 && !/^(rename|old mode|new mode|deleted) /m.test(text))
    problems.push(`${file.shown}: ${noDiff(text)}`);
  if (problems.length > 0) {
    const advice =
      'Bringup reads unified diffs, as "git format-patch", "git diff" and quilt write them. A mail is decoded by: git mailinfo /dev/null FILE.patch < MAIL';
    throw new UserError('PATCH_FORMAT', [...problems, advice].join('\n'), { path: file.path, problems });
  }
  return { ...file, text, sha256: createHash('sha256').update(text, 'latin1').digest('hex') };
}

function noDiff(text: string): string {
  if (text.trim() === '') return 'the file is empty';
  return text.includes('\0') ? 'is a binary or compressed file, not a patch' : 'has no diff in it';
}
