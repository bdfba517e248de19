import { posix } from 'node:path';

/** Whether a file is quilt's list of patches rather than a patch: `series`, `series.arm64`, `debian.series`. */
export function isSeries(path: string): boolean {
  const name = posix.basename(path);
  return name === 'series' || name.startsWith('series.') || name.endsWith('.series');
}
