import { DISK_FORMATS } from '@bringup/disk/graph';
import { bringupHome } from '@bringup/kbuild';
import { UserError, type HeldLock } from '@bringup/process';
import {
  checkMachine,
  planMachine,
  selectAccelerator,
  type BoardArch,
  type BootPath,
  type Drive,
  type MachineOptions,
  type Medium,
} from '@bringup/qemu';
import { qemuDefaults, type QemuOptions } from '../../generated/qemu-options.js';
import { BOOT_VOLUME } from '../../workspace/paths.js';
import { defaultFirmware } from '../../lock/tools.js';
import {
  diskImage,
  initramfsImage,
  isoImage,
  kernelImage,
  requiredKernel,
  ubootFirmware,
  ubootImage,
} from '../../tasks/artifacts.js';
import { boardDtb } from './board-dtb.js';
import {
  boardDevices,
  boardDrives,
  boardShares,
  createDrives,
  deviceFiles,
  fixedPorts,
} from './board-devices.js';
import { artifactPath } from '../../tasks/referenced.js';
import { checkTools, ensureLocked, noteTools } from '../../lock/locked.js';
import { checkModuleKernels } from '../../trees/module-kernels.js';
import { machineNeeds } from './needs.js';
import { missingOf, requireBuilt } from '../../tasks/require-built.js';
import { requireAbilities } from './uboot-abilities.js';
import { openUefi, type UefiVariables } from './uefi-variables.js';
import { lockWrittenDrives, releaseAll } from './written-drives.js';
import type { ProjectContext } from '../../tasks/project-context.js';
import type { Task } from '../../tasks/task.js';

/** How a board's command line is completed by whoever starts it. */
export type PlanBoard = ((
  how: Pick<
    MachineOptions,
    'console' | 'qmpSocket' | 'consoleSocket' | 'consoleLog' | 'gdb' | 'runDirectory'
  >,
) => ReturnType<typeof planMachine>) & {
  /** On UEFI's variables and on drives that the guest writes to; to be released when QEMU has ended. */
  readonly locks: readonly HeldLock[];
};

/**
 * Turns a board's options into a plan for QEMU: artifacts of the projects it names, and an accelerator that works here.
 *
 * @throws UserError `NOT_A_KERNEL_PROJECT`, `NOT_AN_INITRAMFS_PROJECT`, `NOT_A_UBOOT_PROJECT`, `ARCH_MISMATCH`, `IMAGE_IN_USE`
 */
export async function planBoard(
  task: Task,
  given: QemuOptions,
  variables: UefiVariables = 'kept',
): Promise<PlanBoard> {
  const options = { ...qemuDefaults, ...given };
  const { arch, machine, cpu, smp, memory, qemu } = options;
  const dtb = boardDtb(task, options);
  const extraArgs = [...(dtb === undefined ? [] : ['-dtb', dtb]), ...options.extraArgs];
  const unplaced = bootPath(task, options);
  const { accel, reason } = await selectAccelerator({
    wanted: options.accel,
    arch,
    binary: qemu,
    cpu,
    home: bringupHome(process.env),
    signal: task.signal,
  });
  task.note(`accelerator ${accel}: ${reason}`);
  const devices = await boardDevices(task, options);
  const { boot, locks } = await placeBoot(task, unplaced, arch, variables, devices.drives);
  const plan = (how: Parameters<PlanBoard>[0]) =>
    planMachine({
      arch,
      board: task.project,
      machine,
      cpu,
      smp,
      memoryMiB: memory,
      boot,
      accel,
      binary: qemu,
      ...devices,
      extraArgs,
      ...how,
    });
  return Object.assign(plan, { locks });
}

async function placeBoot(
  task: Task,
  unplaced: UnplacedBootPath,
  arch: BoardArch,
  variables: UefiVariables,
  drives: readonly Drive[] = [],
): Promise<{ boot: BootPath; locks: readonly HeldLock[] }> {
  const locks = variables === 'shown' ? [] : await lockWrittenDrives(task, drives);
  if (unplaced.via !== 'uefi') return { boot: unplaced, locks };
  try {
    const { flash, lock } = await openUefi(task, arch, variables);
    return { boot: { ...unplaced, flash }, locks: lock ? [...locks, lock] : locks };
  } catch (error) {
    await releaseAll(locks);
    throw error;
  }
}

/** How the board gets to its kernel: files where they are published, whether they are there or not. */
function bootPath(task: Task, options: QemuOptions): UnplacedBootPath {
  const { arch, boot = { via: 'kernel' } } = options;
  refuseUnused(task, options);
  switch (boot.via) {
    case 'kernel':
      return directBoot(task, options);
    case 'disk':
      return { ...directBoot(task, options), medium: diskMedium(task, boot.disk, arch) };
    case 'u-boot': {
      const firmware = ubootFirmware(task, boot.uBoot, arch);
      const image = boot.image === undefined ? undefined : ubootImage(task, boot.image, arch);
      const dtb = image?.type === 'fit' ? image.signedDtb : undefined;
      return { via: 'u-boot', firmware, dtb, drive: artifactPath(task, task.project, BOOT_VOLUME) };
    }
    case 'bios':
      return { via: 'bios', medium: biosMedium(task, options) };
    case 'iso': {
      const medium: Medium = { file: isoImage(task, boot.iso, arch), format: 'raw', kind: 'cdrom' };
      return { via: boot.firmware ?? defaultFirmware(arch)[0]!, medium };
    }
    case 'uefi':
      return { via: 'uefi', medium: boot.shell === true ? undefined : uefiMedium(task, options) };
  }
}

/** A boot path before the host's UEFI is looked for. */
type UnplacedBootPath = Exclude<BootPath, { via: 'uefi' }> | { via: 'uefi'; medium?: Medium };

function directBoot(task: ProjectContext, options: QemuOptions): Extract<BootPath, { via: 'kernel' }> {
  const { arch, append = qemuDefaults.append, initramfs } = options;
  const kernel = requiredKernel(task, options.kernel);
  checkModuleKernels(task, kernel, initramfs);
  return {
    via: 'kernel',
    kernel: kernelImage(task, kernel, arch),
    initrd: initramfs === undefined ? undefined : initramfsImage(task, initramfs, arch),
    append: append === '' ? [] : [append],
  };
}

function diskMedium(task: ProjectContext, project: string, arch: BoardArch): Medium {
  const { file, format } = diskImage(task, project, arch);
  return { file, format: DISK_FORMATS[format].driver };
}

/** @throws UserError `NOTHING_TO_BOOT` where neither a disk nor a drive is one that the BIOS is to start */
function biosMedium(task: ProjectContext, { arch, boot, drives = [] }: QemuOptions): Medium | undefined {
  if (boot?.via === 'bios' && boot.disk !== undefined) return diskMedium(task, boot.disk, arch);
  if (drives.some(({ bootindex }) => bootindex !== undefined)) return undefined;
  const message =
    `${task.project}: boot via bios needs the option "disk", the name of a disk-image project, ` +
    'or a bootindex at one of "drives"';
  throw new UserError('NOTHING_TO_BOOT', message, { project: task.project });
}

function uefiMedium(task: Task, { arch, boot }: QemuOptions): Medium {
  return boot?.via === 'uefi' && boot.disk !== undefined
    ? diskMedium(task, boot.disk, arch)
    : { file: artifactPath(task, task.project, BOOT_VOLUME), format: 'raw' };
}

/** @throws UserError `OPTION_UNUSED` for an option that the boot path has no use for: it would be ignored */
function refuseUnused(task: Task, options: QemuOptions): void {
  const { boot } = options;
  refuseFirmware(task, options);
  const brings = boot?.via === 'bios' || boot?.via === 'iso' || (boot?.via === 'uefi' && loadsNothing(boot));
  const unused = (['kernel', 'initramfs', 'append'] as const).find((name) => options[name]);
  if (!brings || unused === undefined) return;
  const message =
    `${task.project}: boot via ${boot.via} starts what is on the medium, so the option "${unused}" would do nothing. ` +
    'Give it to the project that makes the medium';
  throw new UserError('OPTION_UNUSED', message, { option: unused });
}

/** @throws UserError `OPTION_UNUSED` for a firmware where the boot path has one */
function refuseFirmware(task: Task, { boot, firmware }: QemuOptions): void {
  const brings =
    boot?.via === 'u-boot' || boot?.via === 'uefi' || (boot?.via === 'iso' && boot.firmware === 'uefi');
  if (!brings || firmware === undefined) return;
  const message = `${task.project}: boot via ${boot.via} brings its own firmware. Leave out the option "firmware"`;
  throw new UserError('OPTION_UNUSED', message, { option: 'firmware' });
}

function loadsNothing(boot: { disk?: string; shell?: boolean }): boolean {
  return boot.disk !== undefined || boot.shell === true;
}

/**
 * Compares QEMU with the lock, and checks that the files to boot exist.
 *
 * @param kept whether Nx caches the result of the run: then QEMU may not differ
 */
export async function checkBoard(task: Task, options: QemuOptions, kept = false): Promise<void> {
  const needs = machineNeeds(options);
  const locked = await ensureLocked(task, needs);
  if (kept) await checkTools(locked, needs.probe);
  else await noteTools(task, locked, needs.probe);
  await createDrives(task, options);
  await requireBuilt(task, boardArtifacts(task, options));
  await requireAbilities(task, options);
  await checkMachine({
    ...{ arch: options.arch, machine: options.machine, cpu: options.cpu, watchdog: options.watchdog },
    network: options.network,
    binary: options.qemu,
    memoryMiB: options.memory,
    shares: boardShares(task, options),
    drives: boardDrives(task, options),
    ports: fixedPorts(options),
  });
}

/** The artifacts of a board that are not built, relative to the workspace root. */
export async function missingArtifacts(task: Task, options: QemuOptions): Promise<string[]> {
  return missingOf(task, boardArtifacts(task, options));
}

/** The files that a board boots from and is equipped with, absolute. */
export function boardArtifacts(task: Task, options: QemuOptions): string[] {
  return [...bootFilesOf(task, options), ...deviceFiles(task, options)];
}

function bootFilesOf(task: Task, options: QemuOptions): string[] {
  const boot = bootPath(task, options);
  switch (boot.via) {
    case 'kernel':
      return [boot.kernel, boot.initrd, boot.medium?.file, boardDtb(task, options)].filter(
        (path) => path !== undefined,
      );
    case 'u-boot':
      return [boot.firmware, boot.drive, ...(boot.dtb === undefined ? [] : [boot.dtb])];
    case 'bios':
    case 'uefi':
      return boot.medium ? [boot.medium.file] : [];
  }
}
