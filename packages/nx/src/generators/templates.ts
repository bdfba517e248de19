import { posix } from 'node:path';
import { KCONFIG_PROGRAMS, type ProgramName } from '@bringup/kbuild';
import { ARCHITECTURES } from '@bringup/process';
import { ARCH_MACHINES, type BoardArch } from '@bringup/qemu';
import type { BoardMachine, BootPathName } from '../kinds/board/board-machines.js';
import { machineOption } from '../kinds/board/board-machines.js';
import type { ProjectDescription } from '../workspace/describe.js';

/** Name and place of a project to be made. */
export interface Place {
  readonly project: string;
  readonly root: string;
}

/** A directory below another; '' is the workspace's root. */
export function below(directory: string, name: string): string {
  return posix.join(directory, name.replace(/^@[^/]*\//, ''));
}

const KERNEL_CONFIG = `# This kernel's own lines, over the presets. Change one, and run the board again.

CONFIG_LOCALVERSION="-bringup"
`;

const BUSYBOX_CONFIG = `# Over BusyBox's defconfig.

# Needs kernel headers that newer kernels no longer have.
# CONFIG_TC is not set
`;

const UBOOT_CONFIG = `# Over U-Boot's configuration for QEMU's machine.

# A board without a boot medium shall not wait for a network.
CONFIG_BOOTDELAY=0
`;

type Source = Readonly<Record<string, unknown>>;

/** A kernel for a machine: tinyconfig, the machine's presets, a fragment of its own. */
export function kernelProject(
  place: Place,
  machine: BoardMachine,
  source: Source,
  fragments: readonly string[] = [],
): ProjectDescription {
  return {
    ...place,
    kind: 'kernel',
    options: {
      arch: machine.arch,
      source,
      base: 'tinyconfig',
      fragments: [
        ...machine.presets.map((name) => `preset:${name}`),
        ...fragments,
        '{projectRoot}/kernel.config',
      ],
      ...(machine.deviceTree === undefined ? {} : { dtbs: [machine.deviceTree] }),
    },
    files: { 'kernel.config': KERNEL_CONFIG },
  };
}

/** A static BusyBox with all that its defconfig has. */
export function busyboxProject(place: Place, arch: BoardArch, source: Source): ProjectDescription {
  return {
    ...place,
    kind: 'busybox',
    options: { arch, source, fragments: ['{projectRoot}/busybox.config'] },
    files: { 'busybox.config': BUSYBOX_CONFIG },
  };
}

/** U-Boot for QEMU's machine. */
export function ubootProject(place: Place, arch: BoardArch, source: Source): ProjectDescription {
  return {
    ...place,
    kind: 'u-boot',
    options: {
      arch,
      source,
      base: KCONFIG_PROGRAMS['u-boot' satisfies ProgramName].defaultBase(arch),
      fragments: ['{projectRoot}/u-boot.config'],
    },
    files: { 'u-boot.config': UBOOT_CONFIG },
  };
}

/** An initramfs with BusyBox's init and a shell on the console. */
export function initramfsProject(
  place: Place,
  { arch, busybox, console }: { arch: BoardArch; busybox: string; console?: string },
): ProjectDescription {
  return {
    ...place,
    kind: 'initramfs',
    options: {
      arch,
      busybox,
      overlays: ['{projectRoot}/overlay'],
      startup: ['cat /etc/motd'],
      ...(console === undefined ? {} : { console }),
    },
    files: { 'overlay/etc/motd': `Linux on ${arch}, brought up by nx.\n` },
  };
}

const ROOT_PARTITION = { name: 'root', fileSystem: 'ext4', label: 'rootfs', size: '64M' };

/** A disk whose first partition is the root file system. */
export function dataDiskProject(place: Place, arch: BoardArch, initramfs: string): ProjectDescription {
  return { ...place, kind: 'disk-image', options: { arch, partitions: [{ ...ROOT_PARTITION, initramfs }] } };
}

/** A disk that boots by itself: a FAT partition with kernel and boot loader, and the root file system. */
export function bootDiskProject(
  place: Place,
  { arch, kernel, initramfs }: { arch: BoardArch; kernel: string; initramfs: string },
): ProjectDescription {
  const boot = { kernel, append: 'root=/dev/vda2 rw', loaders: ['syslinux'] };
  return {
    ...place,
    kind: 'disk-image',
    options: {
      arch,
      partitions: [
        { name: 'boot', fileSystem: 'fat', label: 'BOOT', boot },
        { ...ROOT_PARTITION, initramfs },
      ],
    },
  };
}

/** A bootable CD. */
export function isoProject(
  place: Place,
  { arch, kernel, initramfs }: { arch: BoardArch; kernel: string; initramfs: string },
): ProjectDescription {
  return { ...place, kind: 'iso-image', options: { arch, kernel, initramfs } };
}

/** The projects that a board puts together. */
export interface BoardParts {
  readonly kernel?: string;
  readonly initramfs?: string;
  readonly uBoot?: string;
  readonly disk?: string;
  readonly iso?: string;
}

/** A board, with a test that looks whether the right architecture came up. */
export function boardProject(
  place: Place,
  {
    machine,
    given,
    path,
    parts,
  }: { machine: BoardMachine; given?: string; path: BootPathName; parts: BoardParts },
): ProjectDescription {
  const { arch } = machine;
  const own = given ?? (machine.machine === ARCH_MACHINES[arch].machine ? undefined : machine.machine);
  const chosen = machineOption(machine, path, own);
  return {
    ...place,
    kind: 'qemu',
    options: {
      arch,
      ...(chosen === undefined ? {} : { machine: chosen }),
      ...machine.board,
      ...deviceTreeOption(machine, parts),
      ...bootOptions(path, parts),
    },
    targets: {
      test: { options: { commands: [{ run: 'uname -m', expect: `^${ARCHITECTURES[arch].uname}$` }] } },
    },
  };
}

/** The device tree that the board's own kernel was built with. */
function deviceTreeOption({ deviceTree }: BoardMachine, { kernel }: BoardParts): Record<string, unknown> {
  if (deviceTree === undefined || kernel === undefined) return {};
  return { dtb: `${kernel}:${posix.basename(deviceTree)}.dtb` };
}

function bootOptions(path: BootPathName, parts: BoardParts): Record<string, unknown> {
  const { kernel, initramfs, uBoot, disk, iso } = parts;
  switch (path) {
    case 'kernel':
      return { kernel, initramfs };
    case 'u-boot':
      return { kernel, initramfs, boot: { via: 'u-boot', uBoot } };
    case 'uefi':
      return { kernel, initramfs, boot: { via: 'uefi' } };
    case 'disk':
      return { kernel, boot: { via: 'disk', disk }, append: 'root=/dev/vda1 rw' };
    case 'iso':
      return { boot: { via: 'iso', iso } };
    case 'bios':
      return { boot: { via: 'bios', disk } };
  }
}
