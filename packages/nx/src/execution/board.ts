import { relative } from 'node:path';
import { pathExists } from 'fs-extra';
import { ARCHES, UBOOT_IMAGE, type Arch } from '@bringup/kbuild';
import { UserError } from '@bringup/process';
import { chooseAccelerator, planMachine, probeHost, type BootPath, type MachineOptions } from '@bringup/qemu';
import { qemuDefaults, type QemuOptions } from '../generated/qemu-options.js';
import { initramfsDefaults } from '../generated/initramfs-options.js';
import { BOOT_VOLUME, initramfsName } from '../project/paths.js';
import { artifactPath, declarationFor } from './referenced.js';
import { checkTools, ensureLocked } from './locked.js';
import { qemuNeeds } from './needs.js';
import type { Task } from './task.js';

/** How a board's command line is completed by whoever starts it. */
export type PlanBoard = (
  how: Pick<MachineOptions, 'console' | 'qmpSocket'>,
) => ReturnType<typeof planMachine>;

/**
 * Turns a board's options into a plan for QEMU: artifacts of the projects it names, and an accelerator that works here.
 *
 * @throws UserError `NOT_A_KERNEL_PROJECT`, `NOT_AN_INITRAMFS_PROJECT`, `NOT_A_UBOOT_PROJECT`, `ARCH_MISMATCH`
 */
export async function planBoard(task: Task, given: QemuOptions): Promise<PlanBoard> {
  const options = { ...qemuDefaults, ...given };
  const { arch, machine, cpu, smp, memory, qemu, extraArgs } = options;
  const boot = bootPath(task, options);
  const { accel, reason } = chooseAccelerator(options.accel, arch, await probeHost());
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
function bootPath(task: Task, options: QemuOptions): BootPath {
  const { arch, append = qemuDefaults.append } = options;
  const kernel = kernelImage(task, options.kernel, arch);
  const initrd = options.initramfs === undefined ? undefined : initramfsImage(task, options.initramfs, arch);
  if (options.boot?.via === 'u-boot') {
    const firmware = uBootImage(task, options.boot.uBoot, arch);
    return { via: 'u-boot', firmware, drive: artifactPath(task, task.project, BOOT_VOLUME) };
  }
  return { via: 'kernel', kernel, initrd, append: append === '' ? [] : [append] };
}

/** Compares QEMU with the lock, and makes sure that what it is to boot is there. */
export async function checkBoard(task: Task, options: QemuOptions): Promise<void> {
  const needs = qemuNeeds(options.arch, options.qemu);
  await checkTools(task, await ensureLocked(task, needs), needs.probe);
  await requireBuilt(task, artifacts(task, options));
}

/** @throws UserError `NOT_BUILT` */
export async function requireBuilt(task: Task, paths: readonly string[]): Promise<void> {
  for (const path of await missing(task, paths)) {
    throw new UserError('NOT_BUILT', `${path} is not there. Build it: nx run ${task.project}:build`, {
      path,
    });
  }
}

/** The artifacts of a board that are not built, relative to the workspace root. */
export async function missingArtifacts(task: Task, options: QemuOptions): Promise<string[]> {
  return missing(task, artifacts(task, options));
}

function artifacts(task: Task, options: QemuOptions): string[] {
  const boot = bootPath(task, options);
  switch (boot.via) {
    case 'kernel':
      return [boot.kernel, boot.initrd, boot.medium?.file].filter((path) => path !== undefined);
    case 'u-boot':
      return [boot.firmware, boot.drive];
    case 'bios':
      return [boot.medium.file];
    case 'uefi':
      return boot.medium ? [boot.medium.file] : [];
  }
}

async function missing(task: Task, paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => pathExists(path)));
  return paths.filter((_, index) => !found[index]).map((path) => relative(task.workspaceRoot, path));
}

/** Where a board's kernel is published. @throws UserError `NOT_A_KERNEL_PROJECT`, `ARCH_MISMATCH` */
export function kernelImage(task: Task, project: string, arch: Arch): string {
  declarationFor(task, { option: 'kernel', kind: 'kernel', project, arch });
  return artifactPath(task, project, ARCHES[arch].image.goal);
}

/** Where a board's initramfs is published. @throws UserError `NOT_AN_INITRAMFS_PROJECT`, `ARCH_MISMATCH` */
export function initramfsImage(task: Task, project: string, arch: Arch): string {
  const { options } = declarationFor(task, { option: 'initramfs', kind: 'initramfs', project, arch });
  const compression = options.compression ?? initramfsDefaults.compression;
  return artifactPath(task, project, initramfsName(String(compression)));
}

function uBootImage(task: Task, project: string, arch: Arch): string {
  declarationFor(task, { option: 'boot.uBoot', kind: 'u-boot', project, arch });
  return artifactPath(task, project, UBOOT_IMAGE[arch]);
}
