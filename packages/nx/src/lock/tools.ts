import { basename } from 'node:path';
import { FAT_TOOLS, type BootLoader, type DiskFormat, type FileSystemKind } from '@bringup/disk/graph';
import { ARCHITECTURES } from '@bringup/process';
import { ARCH_MACHINES, UEFI_ARCHES, type BoardArch } from '@bringup/qemu/graph';
import { compressionTool, type Compression } from '@bringup/rootfs/graph';

/** The name under which the compressor's version stands in the lock; Node brings gzip along as zlib. */
export function compressorLockName(compression: Compression): string | undefined {
  return compression === 'gzip' ? 'zlib' : compressionTool(compression);
}

/** The name under which QEMU's version stands in the lock. */
export function qemuLockName(arch: BoardArch, qemu?: string): string {
  return basename(qemu ?? ARCHITECTURES[arch].emulator);
}

/** The name under which the UEFI firmware of an architecture stands in the lock. */
export function uefiLockName(arch: BoardArch): string {
  return `uefi-${UEFI_ARCHES[arch]?.name ?? arch}`;
}

const FILE_SYSTEM_TOOLS: Readonly<Record<FileSystemKind, readonly string[]>> = {
  ext2: ['mke2fs', 'debugfs'],
  ext4: ['mke2fs', 'debugfs'],
  fat: FAT_TOOLS,
  squashfs: ['mksquashfs'],
};

/** The programs whose version can be seen in what a boot loader is made of. */
export function loaderTools(loader: BootLoader, arch: string): readonly string[] {
  if (loader === 'boot-script') return ['mkimage'];
  if (loader === 'syslinux') return ['syslinux', 'syslinux-mbr'];
  return loader === 'uefi' && arch === 'x86_64' ? ['grub-mkimage'] : [];
}

/** The options that decide which programs make a disk. */
export interface DiskShape {
  arch: string;
  table: string;
  format: DiskFormat;
  fileSystems: readonly FileSystemKind[];
  loaders: readonly BootLoader[];
}

/** The names under which the tools of a disk stand in the lock. */
export function diskTools({ arch, table, format, fileSystems, loaders }: DiskShape): string[] {
  return [
    ...new Set([
      ...fileSystems.flatMap((kind) => FILE_SYSTEM_TOOLS[kind]),
      ...loaders.flatMap((loader) => loaderTools(loader, arch)),
      ...(table === 'none' ? [] : ['sfdisk']),
      ...(format === 'raw' ? [] : ['qemu-img']),
    ]),
  ];
}

/** The names under which the tools of a bootable CD stand in the lock. */
export function isoTools(arch: string, firmware: readonly string[]): string[] {
  return [
    'xorriso',
    ...(firmware.includes('bios') ? ['isolinux'] : []),
    ...(firmware.includes('uefi') ? [...FAT_TOOLS, ...loaderTools('uefi', arch)] : []),
  ];
}

/** The firmware that boots a CD by default. */
export function defaultFirmware(arch: string): ('bios' | 'uefi')[] {
  return arch === 'x86_64' ? ['bios', 'uefi'] : ['uefi'];
}

/** The loaders of the volume that `build` makes for a board, none where the board boots something else. */
export function volumeLoaders(boot: unknown): BootLoader[] {
  const { via, disk, shell, image, method } = (boot ?? {}) as Record<string, unknown>;
  if (via === 'u-boot')
    return [
      (method ?? (image === undefined ? 'extlinux' : 'script')) === 'script' ? 'boot-script' : 'extlinux',
    ];
  return via === 'uefi' && disk === undefined && shell !== true ? ['uefi'] : [];
}

/** Whether a board's boot path needs a UEFI firmware of the host. */
export function bootsThroughUefi(boot: unknown, arch: string | undefined): boolean {
  const { via, firmware } = (boot ?? {}) as Record<string, unknown>;
  return via === 'uefi' || (via === 'iso' && (firmware ?? defaultFirmware(arch ?? '')[0]) === 'uefi');
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
