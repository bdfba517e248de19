import { join } from 'node:path';
import { copy, pathExists } from 'fs-extra';
import { DISK_FORMATS } from '@bringup/disk';
import { bringupHome } from '@bringup/kbuild';
import { UserError, writeAside } from '@bringup/process';
import {
  findUefi,
  planMachine,
  selectAccelerator,
  type BoardArch,
  type BootPath,
  type MachineOptions,
  type Medium,
  type UefiFlash,
} from '@bringup/qemu';
import { qemuDefaults, type QemuOptions } from '../generated/qemu-options.js';
import { BOOT_VOLUME, workDirectory } from '../project/paths.js';
import { defaultFirmware } from '../project/tools.js';
import {
  diskImage,
  initramfsImage,
  isoImage,
  kernelImage,
  missingOf,
  requireBuilt,
  requiredKernel,
  uBootImage,
} from './artifacts.js';
import { artifactPath } from './referenced.js';
import { checkTools, ensureLocked } from './locked.js';
import { machineNeeds } from './needs.js';
import type { Task } from './task.js';

/** How a board's command line is completed by whoever starts it. */
export type PlanBoard = (
  how: Pick<MachineOptions, 'console' | 'qmpSocket'>,
) => ReturnType<typeof planMachine>;

/** What becomes of UEFI's variables: a store of the board's own, or a new one that is thrown away. */
export type UefiVariables = 'kept' | 'new';

/**
 * Turns a board's options into a plan for QEMU: artifacts of the projects it names, and an accelerator that works here.
 *
 * @throws UserError `NOT_A_KERNEL_PROJECT`, `NOT_AN_INITRAMFS_PROJECT`, `NOT_A_UBOOT_PROJECT`, `ARCH_MISMATCH`
 */
export async function planBoard(
  task: Task,
  given: QemuOptions,
  variables: UefiVariables = 'kept',
): Promise<PlanBoard> {
  const options = { ...qemuDefaults, ...given };
  const { arch, machine, cpu, smp, memory, qemu, extraArgs } = options;
  const unplaced = bootPath(task, options);
  const boot: BootPath =
    unplaced.via === 'uefi' ? { ...unplaced, flash: await uefiFlash(task, arch, variables) } : unplaced;
  const { accel, reason } = await selectAccelerator({
    wanted: options.accel,
    arch,
    binary: qemu,
    cpu,
    home: bringupHome(process.env),
    signal: task.signal,
  });
  task.note(`accelerator ${accel}: ${reason}`);
  return (how) =>
    planMachine({
      arch,
      machine,
      cpu,
      smp,
      memoryMiB: memory,
      boot,
      accel,
      binary: qemu,
      extraArgs: [...extraArgs],
      ...how,
    });
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
      const firmware = uBootImage(task, boot.uBoot, arch);
      return { via: 'u-boot', firmware, drive: artifactPath(task, task.project, BOOT_VOLUME) };
    }
    case 'bios':
      return { via: 'bios', medium: diskMedium(task, boot.disk, arch) };
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

function directBoot(task: Task, options: QemuOptions): Extract<BootPath, { via: 'kernel' }> {
  const { arch, append = qemuDefaults.append, initramfs } = options;
  return {
    via: 'kernel',
    kernel: kernelImage(task, requiredKernel(task, options.kernel), arch),
    initrd: initramfs === undefined ? undefined : initramfsImage(task, initramfs, arch),
    append: append === '' ? [] : [append],
  };
}

function diskMedium(task: Task, project: string, arch: BoardArch): Medium {
  const { file, format } = diskImage(task, project, arch);
  return { file, format: DISK_FORMATS[format].driver };
}

function uefiMedium(task: Task, { arch, boot }: QemuOptions): Medium {
  return boot?.via === 'uefi' && boot.disk !== undefined
    ? diskMedium(task, boot.disk, arch)
    : { file: artifactPath(task, task.project, BOOT_VOLUME), format: 'raw' };
}

/** @throws UserError `OPTION_UNUSED` for an option that the boot path has no use for: it would be ignored */
function refuseUnused(task: Task, options: QemuOptions): void {
  const { boot } = options;
  const brings = boot?.via === 'bios' || boot?.via === 'iso' || (boot?.via === 'uefi' && loadsNothing(boot));
  const unused = (['kernel', 'initramfs', 'append'] as const).find((name) => options[name]);
  if (!brings || unused === undefined) return;
  const message =
    `${task.project}: boot via ${boot.via} starts what is on the medium, so the option "${unused}" would do nothing. ` +
    'Give it to the project that makes the medium';
  throw new UserError('OPTION_UNUSED', message, { option: unused });
}

function loadsNothing(boot: { disk?: string; shell?: boolean }): boolean {
  return boot.disk !== undefined || boot.shell === true;
}

/** The flash images of this host's UEFI; the variables are a board's own, or as new each time. */
async function uefiFlash(task: Task, arch: BoardArch, variables: UefiVariables): Promise<UefiFlash> {
  const { code, variables: template } = await findUefi(arch);
  if (variables === 'new') return { code, variables: template, keep: false };
  const work = workDirectory(task.workspaceRoot, task.project, task.configuration);
  const own = join(work, 'uefi-variables.fd');
  if (!(await pathExists(own))) await writeAside(own, (aside) => copy(template, aside));
  return { code, variables: own, keep: true };
}

/** Compares QEMU with the lock, and makes sure that what it is to boot is there. */
export async function checkBoard(task: Task, options: QemuOptions): Promise<void> {
  const needs = machineNeeds(options);
  await checkTools(task, await ensureLocked(task, needs), needs.probe);
  await requireBuilt(task, artifacts(task, options));
}

/** The artifacts of a board that are not built, relative to the workspace root. */
export async function missingArtifacts(task: Task, options: QemuOptions): Promise<string[]> {
  return missingOf(task, artifacts(task, options));
}

function artifacts(task: Task, options: QemuOptions): string[] {
  const boot = bootPath(task, options);
  switch (boot.via) {
    case 'kernel':
      return [boot.kernel, boot.initrd, boot.medium?.file].filter((path) => path !== undefined);
    case 'u-boot':
      return [boot.firmware, boot.drive];
    case 'bios':
    case 'uefi':
      return boot.medium ? [boot.medium.file] : [];
  }
}
