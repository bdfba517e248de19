import { compressionToolVersion, type Compression } from '@bringup/rootfs';
import type { Needs } from '../../lock/locked.js';
import { compressorLockName } from '../../lock/tools.js';

/** The lock entry that an initramfs needs: its compressor's version. */
export function compressorNeeds(compression: Compression): Needs {
  const name = compressorLockName(compression);
  return {
    toolNames: name === undefined ? [] : [name],
    probe: async () =>
      name === undefined ? {} : { [name]: (await compressionToolVersion(compression)) ?? 'none' },
  };
}
