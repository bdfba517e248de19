import { parseMakeLine, type Progress } from '../make/progress.js';
import type { KconfigProgram } from '../programs/programs.js';
import type { ObjectPlan } from './object-count.js';

/** Counts what make names, while it runs. */
interface MakeFollower {
  /** For each line of make's output. */
  onLine(line: string, stream: 'stdout' | 'stderr'): void;
  /** Files that make has named. */
  made(): number;
}

/**
 * Shows how far make is. A guess is corrected when make begins to link, if nothing but the image follows: then only a few files are
 * left, and their number is known.
 *
 * @param linksLast whether no other goal (modules, device trees, U-Boot's SPL) is made after the link
 */
export function followMake(
  progress: Pick<Progress, 'update' | 'total'>,
  { before, isGuess }: Pick<ObjectPlan, 'before' | 'isGuess'>,
  { linkedLast }: Pick<KconfigProgram, 'linkedLast'>,
  linksLast: boolean,
): MakeFollower {
  let made = 0;
  return {
    onLine: (line, stream) => {
      const file = stream === 'stdout' ? parseMakeLine(line) : undefined;
      if (file === undefined) return;
      made += 1;
      progress.update(before + made, file);
      if (isGuess && linksLast && file === linkedLast.file) progress.total(before + made + linkedLast.left);
    },
    made: () => made,
  };
}
