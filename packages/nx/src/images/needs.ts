import { diskToolVersion } from '@bringup/disk/graph';
import type { Needs } from '../lock/locked.js';

/** The lock entries that an image needs: the tools that make it. */
export function imageNeeds(tools: readonly string[]): Needs {
  return {
    toolNames: tools,
    probe: async () =>
      Object.fromEntries(
        await Promise.all(tools.map(async (name) => [name, await diskToolVersion(name)] as const)),
      ),
  };
}
