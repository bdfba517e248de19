import { runProgram } from '@bringup/process';
import { describeFailure } from './failure.js';
import type { LoadedPatch } from './load-patch.js';

/** Where patches are applied, and what to call that. */
interface Subject {
  /** A directory that may be written. */
  readonly tree: string;
  /** As messages name it: `linux-source-6.1 6.1.192-1`. */
  readonly source: string;
  readonly signal?: AbortSignal;
  /** Is called with a sentence about a hunk that was not quite where the patch says. */
  readonly onNote?: (note: string) => void;
}

/**
 * Applies a patch as `patch -pN` does. The tree is of no use after an error.
 *
 * @throws UserError `PATCH_FAILED` with each hunk that does not apply, and the lines that are there instead; `PATCH_UNSAFE`
 */
export async function applyPatch(
  patch: LoadedPatch,
  { tree, source, signal, onNote }: Subject,
): Promise<void> {
  const lines: string[] = [];
  const level = `-p${patch.strip}`;
  const { exitCode } = await runProgram(
    // The error describes rejected hunks, so no .rej files are wanted.
    [
      'patch',
      level,
      '--forward',
      '--batch',
      '--no-backup-if-mismatch',
      '--reject-file=-',
      '--directory',
      tree,
    ],
    // The bytes that were hashed, whatever becomes of the file meanwhile.
    {
      input: Buffer.from(patch.text, 'latin1'),
      onLine: (line) => lines.push(line),
      okExitCodes: [0, 1, 2],
      signal,
    },
  );
  if (exitCode === 0) for (const note of fuzzIn(lines, patch.shown)) onNote?.(note);
  else throw await describeFailure(patch, { tree, source }, lines);
}

/** A hunk that was found by fewer lines of context than it has may be at the wrong place. */
function fuzzIn(lines: readonly string[], shown: string): string[] {
  let file = '';
  const notes: string[] = [];
  for (const line of lines) {
    file = /^patching file (.+?)(?: \(.*\))?$/.exec(line)?.[1] ?? file;
    const [, hunk, at, fuzz] = /^Hunk #(\d+) succeeded at (\d+) with fuzz (\d+)/.exec(line) ?? [];
    if (fuzz !== undefined)
      notes.push(
        `${shown}: hunk ${hunk} fits ${file}:${at} with fuzz ${fuzz} only (that many lines of its context differ): look at the result, and refresh the patch`,
      );
  }
  return notes;
}
