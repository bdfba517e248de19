import { diskToolVersion, FAT_DISK_TOOLS } from '@bringup/disk';
import { probeVersion, UserError } from '@bringup/process';
import { compressionToolVersion, type Compression } from '@bringup/rootfs';
import { ARCH_MACHINES, type BoardArch } from '@bringup/qemu';
import { initramfsDefaults } from '../generated/initramfs-options.js';
import type { QemuOptions } from '../generated/qemu-options.js';
import type { UbootImageOptions } from '../generated/uboot-image-options.js';
import type { Declaration } from '../project/declaration.js';
import { compressorLockName, qemuLockName, ubootImageTools } from '../project/tools.js';
import { kconfigNeeds, type KconfigOptions } from './kconfig-project.js';
import type { Needs } from './locked.js';
import type { Task } from './task.js';

/** What an initramfs needs of the lock: its compressor's version. */
export function compressorNeeds(compression: Compression): Needs {
  const name = compressorLockName(compression);
  return {
    toolNames: name === undefined ? [] : [name],
    probe: async () =>
      name === undefined ? {} : { [name]: (await compressionToolVersion(compression)) ?? 'none' },
  };
}

/** What a board needs of the lock: QEMU's version. */
export function qemuNeeds(arch: BoardArch, qemu?: string): Needs {
  const name = qemuLockName(arch, qemu);
  return {
    toolNames: [name],
    probe: async () => ({ [name]: await probeVersion(qemu ?? ARCH_MACHINES[arch].binary) }),
  };
}

/** What the drive of a board that boots through U-Boot needs of the lock: the tools that make it. */
export function bootVolumeNeeds(): Needs {
  return {
    toolNames: FAT_DISK_TOOLS,
    probe: async () =>
      Object.fromEntries(
        await Promise.all(FAT_DISK_TOOLS.map(async (name) => [name, await diskToolVersion(name)] as const)),
      ),
  };
}

/** What an image for U-Boot needs of the lock. mkimage names its version by an option of its own. */
export function ubootImageNeeds(options: UbootImageOptions): Needs {
  const toolNames = ubootImageTools({ ...options });
  const ask = (name: string) => probeVersion(name, name === 'mkimage' ? { args: ['-V'] } : {});
  return {
    toolNames,
    probe: async () =>
      Object.fromEntries(await Promise.all(toolNames.map(async (name) => [name, await ask(name)] as const))),
  };
}

/** What a board needs of the lock, with what its build needs. */
function boardNeeds({ arch, qemu, boot }: QemuOptions): Needs {
  const own = qemuNeeds(arch, qemu);
  if (boot?.via !== 'u-boot') return own;
  const volume = bootVolumeNeeds();
  return {
    toolNames: [...own.toolNames, ...volume.toolNames],
    probe: async () => ({ ...(await own.probe()), ...(await volume.probe()) }),
  };
}

/** What the project that a task runs for needs, from its declaration. @throws UserError `NOT_A_PROJECT` */
export function needsOf(task: Task): Needs {
  const declaration: Declaration | undefined = task.declaration;
  if (!declaration) {
    throw new UserError('NOT_A_PROJECT', `project ${task.project} has no target with a Bringup executor`, {
      project: task.project,
    });
  }
  const { kind, options } = declaration;
  switch (kind) {
    case 'kernel':
    case 'busybox':
    case 'u-boot':
      return kconfigNeeds(kind, options as unknown as KconfigOptions, task.workspaceRoot);
    case 'initramfs':
      return compressorNeeds((options.compression ?? initramfsDefaults.compression) as Compression);
    case 'uboot-image':
      return ubootImageNeeds(options as unknown as UbootImageOptions);
    case 'qemu':
      return boardNeeds(options as unknown as QemuOptions);
  }
}
