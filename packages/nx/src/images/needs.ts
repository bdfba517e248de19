import { diskToolVersion } from '@bringup/disk/graph';
import type { Needs } from '../lock/locked.js';

/** What an image needs of the lock: the tools that make it. */
export function imageNeeds(tools: readonly string[]): Needs {
  return {
    toolNames: tools,
    probe: async () =>
      Object.fromEntries(
        await Promise.all(tools.map(async (name) => [name, await diskToolVersion(name)] as const)),
      ),
  };
}
