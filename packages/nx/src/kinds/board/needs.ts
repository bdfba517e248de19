import { basename } from 'node:path';
import { ARCHITECTURES, probeVersion, sha256File } from '@bringup/process';
import { findUefi, type BoardArch } from '@bringup/qemu';
import type { QemuOptions } from '../../generated/qemu-options.js';
import { imageNeeds } from '../../images/needs.js';
import type { Needs } from '../../lock/locked.js';
import { bootsThroughUefi, diskTools, qemuLockName, uefiLockName, volumeLoaders } from '../../lock/tools.js';

/** The lock entry that a board needs: QEMU's version. */
export function qemuNeeds(arch: BoardArch, qemu?: string): Needs {
  const name = qemuLockName(arch, qemu);
  return {
    toolNames: [name],
    probe: async () => ({ [name]: await probeVersion(qemu ?? ARCHITECTURES[arch].emulator) }),
  };
}

/** The lock entries that a board's own volume needs. */
export function bootVolumeNeeds({ arch, boot }: Pick<QemuOptions, 'arch' | 'boot'>): Needs {
  const loaders = volumeLoaders(boot);
  return imageNeeds(diskTools({ arch, table: 'gpt', format: 'raw', fileSystems: ['fat'], loaders }));
}

/** The lock entries that a board needs to run: QEMU, and the host's firmware where the board boots through it. */
export function machineNeeds({ arch, qemu, boot }: QemuOptions): Needs {
  const own = qemuNeeds(arch, qemu);
  return bootsThroughUefi(boot, arch) ? both(own, uefiNeeds(arch)) : own;
}

function uefiNeeds(arch: BoardArch): Needs {
  const name = uefiLockName(arch);
  return {
    toolNames: [name],
    probe: async () => {
      const { code } = await findUefi(arch);
      return { [name]: `${basename(code)} sha256 ${(await sha256File(code)).slice(0, 16)}` };
    },
  };
}

/** The lock entries that a board needs, including those of its build. */
export function boardNeeds(options: QemuOptions): Needs {
  const own = machineNeeds(options);
  return volumeLoaders(options.boot).length === 0 ? own : both(own, bootVolumeNeeds(options));
}

function both(a: Needs, b: Needs): Needs {
  return {
    toolNames: [...a.toolNames, ...b.toolNames],
    probe: async () => ({ ...(await a.probe()), ...(await b.probe()) }),
  };
}
