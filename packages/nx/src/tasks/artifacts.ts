import { ARCHES, ubootFirmwareName, type Arch } from '@bringup/kbuild';
import type { DiskFormat } from '@bringup/disk';
import { UserError } from '@bringup/process';
import type { Compression } from '@bringup/rootfs';
import { diskImageDefaults } from '../generated/disk-image-options.js';
import { initramfsDefaults } from '../generated/initramfs-options.js';
import { ubootImageDefaults } from '../generated/uboot-image-options.js';
import { diskImageName, initramfsName, ISO_IMAGE, SIGNED_DTB, UBOOT_IMAGES } from '../workspace/paths.js';
import { variantOptions } from '../workspace/variants.js';
import { artifactPath, declarationFor } from './referenced.js';
import type { ProjectContext } from './project-context.js';

/** The option "kernel" of a board whose boot path needs one. @throws UserError `NO_KERNEL` */
export function requiredKernel(task: ProjectContext, kernel: string | undefined): string {
  if (kernel !== undefined) return kernel;
  const message = `${task.project}: this boot path needs the option "kernel", the name of a kernel project`;
  throw new UserError('NO_KERNEL', message, { project: task.project });
}

/** Where a project's kernel is published. @throws UserError `NOT_A_KERNEL_PROJECT`, `ARCH_MISMATCH` */
export function kernelImage(task: ProjectContext, project: string, arch: Arch): string {
  declarationFor(task, { option: 'kernel', kind: 'kernel', project, arch });
  return artifactPath(task, project, ARCHES[arch].image.goal);
}

/** Where a project's initramfs is published. @throws UserError `NOT_AN_INITRAMFS_PROJECT`, `ARCH_MISMATCH` */
export function initramfsImage(
  task: ProjectContext,
  project: string,
  arch: Arch,
  option = 'initramfs',
): string {
  return artifactPath(task, project, initramfsName(initramfsCompression(task, project, arch, option)));
}

/** How a project's initramfs is compressed. @throws as {@link initramfsImage} */
export function initramfsCompression(
  task: ProjectContext,
  project: string,
  arch: Arch,
  option = 'initramfs',
): Compression {
  const declaration = declarationFor(task, { option, kind: 'initramfs', project, arch });
  const options = variantOptions(declaration, ownVariant(declaration.configurations, task));
  return (options.compression as Compression | undefined) ?? initramfsDefaults.compression;
}

/** Where a project's U-Boot is published. @throws UserError `NOT_A_UBOOT_PROJECT`, `ARCH_MISMATCH` */
export function ubootFirmware(task: ProjectContext, project: string, arch: Arch): string {
  declarationFor(task, { option: 'boot.uBoot', kind: 'u-boot', project, arch });
  return artifactPath(task, project, ubootFirmwareName(arch));
}

/** An image that a uboot-image project publishes. */
export type UbootImage =
  | { type: 'ramdisk'; file: string }
  | {
      type: 'fit';
      file: string;
      /** Whether an initramfs, and a device tree, are in it. */
      initrd: boolean;
      fdt: boolean;
      /** The device tree by which U-Boot takes nothing but images signed with the same key. */
      signedDtb?: string;
    };

/** Where a project's image for U-Boot is published. @throws UserError `NOT_A_UBOOT_IMAGE_PROJECT`, `ARCH_MISMATCH` */
export function ubootImage(task: ProjectContext, project: string, arch: Arch): UbootImage {
  const declaration = declarationFor(task, { option: 'boot.image', kind: 'uboot-image', project, arch });
  const options = variantOptions(declaration, ownVariant(declaration.configurations, task));
  const type = (options.type as UbootImage['type'] | undefined) ?? ubootImageDefaults.type;
  const file = artifactPath(task, project, UBOOT_IMAGES[type]);
  if (type === 'ramdisk') return { type, file };
  const signedDtb = options.sign === undefined ? undefined : artifactPath(task, project, SIGNED_DTB);
  const has = (option: string) => options[option] !== undefined;
  return { type, file, initrd: has('initramfs'), fdt: has('dtb'), signedDtb };
}

/** Where a project's disk is published, and its format. @throws UserError `NOT_A_DISK_PROJECT`, `ARCH_MISMATCH` */
export function diskImage(
  task: ProjectContext,
  project: string,
  arch: Arch,
): { file: string; format: DiskFormat } {
  const declaration = declarationFor(task, { option: 'boot.disk', kind: 'disk-image', project, arch });
  const options = variantOptions(declaration, ownVariant(declaration.configurations, task));
  const format = (options.format as DiskFormat | undefined) ?? diskImageDefaults.format;
  return { file: artifactPath(task, project, diskImageName(format)), format };
}

/** Where a project's CD is published. @throws UserError `NOT_AN_ISO_PROJECT`, `ARCH_MISMATCH` */
export function isoImage(task: ProjectContext, project: string, arch: Arch): string {
  declarationFor(task, { option: 'boot.iso', kind: 'iso-image', project, arch });
  return artifactPath(task, project, ISO_IMAGE);
}

/** The variant that a task asks for, where there is one of that name. */
export function ownVariant(
  configurations: Readonly<Record<string, unknown>>,
  task: ProjectContext,
): string | undefined {
  const { configuration } = task;
  return configuration !== undefined && Object.hasOwn(configurations, configuration)
    ? configuration
    : undefined;
}
