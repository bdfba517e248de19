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

/**
 * The tools whose version can be seen in an image for U-Boot, as they stand in the lock: the host's mkimage unless a
 * U-Boot project brings one, dtc for a FIT, QEMU when its device tree gets the public key.
 */
export function ubootImageTools(options: Readonly<Record<string, unknown>>): string[] {
  const { arch, type, uBoot, sign } = options;
  const machine =
    typeof arch === 'string' && Object.hasOwn(ARCH_MACHINES, arch) ? (arch as BoardArch) : undefined;
  const dumped = machine && sign && (sign as Record<string, unknown>).controlDtb === undefined;
  return [
    ...(uBoot === undefined ? ['mkimage'] : []),
    ...(type === 'ramdisk' ? [] : ['dtc']),
    ...(dumped ? [qemuLockName(machine)] : []),
  ];
}
