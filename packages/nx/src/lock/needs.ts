import { basename } from 'node:path';
import { diskToolVersion } from '@bringup/disk/graph';
import { probeVersion, sha256File, UserError } from '@bringup/process';
import { crossPrefix, probeProgramTools, programToolNames } from '@bringup/kbuild';
import { compressionToolVersion, type Compression } from '@bringup/rootfs';
import { ARCH_MACHINES, findUefi, type BoardArch } from '@bringup/qemu';
import {
  diskImageDefaults,
  type DiskImageOptions,
  type FullDiskImageOptions,
} from '../generated/disk-image-options.js';
import { initramfsDefaults } from '../generated/initramfs-options.js';
import type { KernelModuleOptions } from '../generated/kernel-module-options.js';
import type { IsoImageOptions } from '../generated/iso-image-options.js';
import { programDefaults, type ProgramOptions } from '../generated/program-options.js';
import type { QemuOptions } from '../generated/qemu-options.js';
import type { UbootImageOptions } from '../generated/uboot-image-options.js';
import { checkOptions } from '../options/check-options.js';
import type { Declaration } from '../workspace/declaration.js';
import {
  bootsThroughUefi,
  compressorLockName,
  defaultFirmware,
  diskTools,
  isoTools,
  qemuLockName,
  ubootImageTools,
  uefiLockName,
  volumeLoaders,
} from './tools.js';
import { kconfigNeeds, type KconfigOptions } from '../kinds/kconfig/kconfig-project.js';
import type { Needs } from './locked.js';
import { declarationFor } from '../tasks/referenced.js';
import type { Task } from '../tasks/task.js';

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

/** What a disk-image project needs of the lock. */
export function diskImageNeeds({ arch, table, format, partitions }: FullDiskImageOptions): Needs {
  const fileSystems = partitions.map(({ fileSystem }) => fileSystem);
  const loaders = partitions.flatMap(({ boot }) => boot?.loaders ?? []);
  return imageNeeds(diskTools({ arch, table, format, fileSystems, loaders }));
}

/** What an iso-image project needs of the lock. */
export function isoImageNeeds({ arch, firmware }: Pick<IsoImageOptions, 'arch' | 'firmware'>): Needs {
  return imageNeeds(isoTools(arch, firmware ?? defaultFirmware(arch)));
}

/** What the volume that a board makes for itself needs of the lock. */
export function bootVolumeNeeds({ arch, boot }: Pick<QemuOptions, 'arch' | 'boot'>): Needs {
  const loaders = volumeLoaders(boot);
  return imageNeeds(diskTools({ arch, table: 'gpt', format: 'raw', fileSystems: ['fat'], loaders }));
}

/** What a board needs of the lock to be run: QEMU, and the firmware where it boots through one of the host's. */
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

/** What a board needs of the lock, with what its build needs. */
function boardNeeds(options: QemuOptions): Needs {
  const own = machineNeeds(options);
  return volumeLoaders(options.boot).length === 0 ? own : both(own, bootVolumeNeeds(options));
}

function both(a: Needs, b: Needs): Needs {
  return {
    toolNames: [...a.toolNames, ...b.toolNames],
    probe: async () => ({ ...(await a.probe()), ...(await b.probe()) }),
  };
}

/** What a program needs of the lock: the versions of its toolchain. */
export function programNeeds(options: ProgramOptions): Needs {
  const crossCompile = crossPrefix(options.arch, options.crossCompile);
  const program = { ...programDefaults, ...options, crossCompile };
  return { toolNames: programToolNames(program), probe: () => probeProgramTools(program) };
}

/** What a project and those beside it declare: of a task, no more is needed. */
type Declared = Pick<Task, 'project' | 'workspaceRoot' | 'declaration' | 'declarationOf'>;

/** What a module needs of the lock beyond its kernel's source: the versions of the kernel's toolchain. */
function kernelModuleNeeds(task: Declared, { kernel }: KernelModuleOptions): Needs {
  const { options } = declarationFor(task, { option: 'kernel', kind: 'kernel', project: kernel });
  checkOptions('executors', 'kernel', options);
  const { toolNames, probe } = kconfigNeeds(
    'kernel',
    options as unknown as KconfigOptions,
    task.workspaceRoot,
  );
  return { toolNames, probe };
}

/**
 * What the project that a task runs for needs, from its declaration. Nx held no options against their schema where the target is
 * another than the declared one.
 *
 * @throws UserError `NOT_A_PROJECT`, and what `checkOptions` throws
 */
export function needsOf(task: Declared): Needs {
  const declaration: Declaration | undefined = task.declaration;
  if (!declaration) {
    throw new UserError('NOT_A_PROJECT', `project ${task.project} has no target with a Bringup executor`, {
      project: task.project,
    });
  }
  const { kind, options } = declaration;
  checkOptions('executors', kind, options);
  switch (kind) {
    case 'kernel':
    case 'busybox':
    case 'u-boot':
      return kconfigNeeds(kind, options as unknown as KconfigOptions, task.workspaceRoot);
    case 'kernel-module':
      return kernelModuleNeeds(task, options as unknown as KernelModuleOptions);
    case 'program':
      return programNeeds(options as unknown as ProgramOptions);
    case 'initramfs':
      return compressorNeeds((options.compression ?? initramfsDefaults.compression) as Compression);
    case 'disk-image':
      return diskImageNeeds({ ...diskImageDefaults, ...(options as unknown as DiskImageOptions) });
    case 'iso-image':
      return isoImageNeeds(options as unknown as IsoImageOptions);
    case 'uboot-image':
      return ubootImageNeeds(options as unknown as UbootImageOptions);
    case 'qemu':
      return boardNeeds(options as unknown as QemuOptions);
  }
}
