import { constants } from 'node:fs';

/** The mode a file of the workspace gets in an image: only the executable bit counts, so no clone's umask matters. */
export function normalizedMode(mode: number): number {
  return mode & constants.S_IXUSR ? 0o755 : 0o644;
}
