import { basename } from 'node:path';
import { ARCH_MACHINES, type BoardArch } from '@bringup/qemu';
import { compressionTool, type Compression } from '@bringup/rootfs';

/** The name under which the compressor's version stands in the lock; Node brings gzip along as zlib. */
export function compressorLockName(compression: Compression): string | undefined {
  return compression === 'gzip' ? 'zlib' : compressionTool(compression);
}

/** The name under which QEMU's version stands in the lock. */
export function qemuLockName(arch: BoardArch, qemu?: string): string {
  return basename(qemu ?? ARCH_MACHINES[arch].binary);
}
