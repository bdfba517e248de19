import { probeVersion } from '@bringup/process';
import type { UbootImageOptions } from '../../generated/uboot-image-options.js';
import type { Needs } from '../../lock/locked.js';
import { ubootImageTools } from '../../lock/tools.js';

/** The lock entries that an image for U-Boot needs. mkimage prints its version with its own option, -V. */
export function ubootImageNeeds(options: UbootImageOptions): Needs {
  const toolNames = ubootImageTools({ ...options });
  const ask = (name: string) => probeVersion(name, name === 'mkimage' ? { args: ['-V'] } : {});
  return {
    toolNames,
    probe: async () =>
      Object.fromEntries(await Promise.all(toolNames.map(async (name) => [name, await ask(name)] as const))),
  };
}
