import { relative } from 'node:path';
import { pathExists } from 'fs-extra';
import { ARCHES, type Arch } from '@bringup/kbuild';
import { UserError } from '@bringup/process';
import { chooseAccelerator, planMachine, probeHost, type MachineOptions } from '@bringup/qemu';
import { qemuDefaults, type QemuOptions } from '../generated/qemu-options.js';
import { initramfsDefaults } from '../generated/initramfs-options.js';
import { initramfsName } from '../project/paths.js';
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
 * @throws UserError `NOT_A_KERNEL_PROJECT`, `NOT_AN_INITRAMFS_PROJECT`, `ARCH_MISMATCH`
 */
export async function planBoard(task: Task, given: QemuOptions): Promise<PlanBoard> {
  const options = { ...qemuDefaults, ...given };
  const { arch, machine, cpu, smp, memory, append, qemu, extraArgs } = options;
  const kernel = kernelImage(task, options.kernel, arch);
  const initrd = options.initramfs === undefined ? undefined : initramfsImage(task, options.initramfs, arch);
  const { accel, reason } = chooseAccelerator(options.accel, arch, await probeHost());
  task.note(`accelerator ${accel}: ${reason}`);
  return (how) =>
    planMachine({
      arch,
      machine,
      cpu,
      smp,
      memoryMiB: memory,
      kernel,
      initrd,
      append: append === '' ? [] : [append],
      accel,
      binary: qemu,
      extraArgs: [...extraArgs],
      ...how,
    });
}

/** Compares QEMU with the lock, and makes sure that what it is to boot is there. */
export async function checkBoard(task: Task, options: QemuOptions): Promise<void> {
  const needs = qemuNeeds(options.arch, options.qemu);
  await checkTools(task, await ensureLocked(task, needs), needs.probe);
  for (const path of await missingArtifacts(task, options)) {
    throw new UserError('NOT_BUILT', `${path} is not there. Build it: nx run ${task.project}:build`, {
      path,
    });
  }
}

/** The artifacts of a board that are not built, relative to the workspace root. */
export async function missingArtifacts(task: Task, options: QemuOptions): Promise<string[]> {
  const paths = [kernelImage(task, options.kernel, options.arch)];
  if (options.initramfs !== undefined) paths.push(initramfsImage(task, options.initramfs, options.arch));
  const found = await Promise.all(paths.map((path) => pathExists(path)));
  return paths.filter((_, index) => !found[index]).map((path) => relative(task.workspaceRoot, path));
}

function kernelImage(task: Task, project: string, arch: Arch): string {
  declarationFor(task, { option: 'kernel', kind: 'kernel', project, arch });
  return artifactPath(task, project, ARCHES[arch].image.goal);
}

function initramfsImage(task: Task, project: string, arch: Arch): string {
  const { options } = declarationFor(task, { option: 'initramfs', kind: 'initramfs', project, arch });
  const compression = options.compression ?? initramfsDefaults.compression;
  return artifactPath(task, project, initramfsName(String(compression)));
}
