import { probeVersion, UserError } from '@bringup/process';
import { compressionToolVersion, type Compression } from '@bringup/rootfs';
import { ARCH_MACHINES, type BoardArch } from '@bringup/qemu';
import { initramfsDefaults } from '../generated/initramfs-options.js';
import type { Declaration } from '../project/declaration.js';
import { compressorLockName, qemuLockName } from '../project/tools.js';
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
    case 'qemu':
      return qemuNeeds(options.arch as BoardArch, options.qemu as string | undefined);
  }
}
