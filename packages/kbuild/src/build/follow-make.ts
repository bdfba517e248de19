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

/** Shows how far make is. The estimate is corrected when make begins to link: little is left then, and known. */
export function followMake(
  progress: Pick<Progress, 'update' | 'total'>,
  { before, total }: Pick<ObjectPlan, 'before' | 'total'>,
  { linkedLast }: Pick<KconfigProgram, 'linkedLast'>,
): MakeFollower {
  let made = 0;
  return {
    onLine: (line, stream) => {
      const file = stream === 'stdout' ? parseMakeLine(line) : undefined;
      if (file === undefined) return;
      made += 1;
      progress.update(before + made, file);
      if (total !== undefined && file === linkedLast.file) progress.total(before + made + linkedLast.left);
    },
    made: () => made,
  };
}
