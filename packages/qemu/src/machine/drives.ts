import { ARCH_MACHINES, type BoardArch, type VirtioBus } from './arch-machines.js';
import { formatProperties } from './properties.js';

/** QEMU's names of image formats. Never probed: a guest that writes a header into a raw disk would choose it. */
export type ImageFormat = 'raw' | 'qcow2' | 'vmdk' | 'vdi';

/** The guest's interface to a drive. `onboard-sd` is the card slot of the machine type, `pflash` the second bank of its flash
 * memory: the first is the firmware's. */
export type DriveInterface = 'virtio' | 'scsi' | 'ide' | 'usb' | 'nvme' | 'sd' | 'onboard-sd' | 'pflash';

/**
 * Linux names virtio-mmio devices of these arches' virt machine from the last on the command line to the first
 * (create_virtio_devices in QEMU's hw/arm/virt.c says why), so they are given backwards: the first is /dev/vda, or eth0.
 */
export function inNamingOrder<T>(devices: readonly T[], { arch, virtio }: Buses): readonly T[] {
  const backwards = virtio === 'device' && (arch === 'arm64' || arch === 'arm');
  return backwards ? devices.toReversed() : devices;
}

/** A disk besides what the board boots from. */
export interface Drive {
  /** Absolute path. */
  file: string;
  format: ImageFormat;
  /** Default: `virtio`. */
  interface?: DriveInterface;
  /** The host's caching (qemu(1), "cache="); default: QEMU's, `writeback`. */
  cache?: 'writeback' | 'writethrough' | 'none' | 'directsync' | 'unsafe';
  /** The guest cannot write to it. Default: false. */
  readOnly?: boolean;
  /** The guest's writes stay in the file. Default: false, they are discarded when QEMU ends. */
  keepWrites?: boolean;
  /** Place in the firmware's boot order. */
  bootindex?: number;
}

/** Where a machine has its buses. */
export interface Buses {
  arch: BoardArch;
  virtio: VirtioBus;
}

/** The first is the firmware's. */
const FREE_FLASH_BANK = 1;

/**
 * The arguments for all drives, with one controller for each bus that the machine lacks.
 *
 * @param medium arguments of the disk that the machine boots from, which has to be the guest's first
 */
export function planDrives(drives: readonly Drive[], buses: Buses, medium: readonly string[] = []): string[] {
  const numbered = drives.map((drive, index) => ({ ...drive, id: `drive${index}` }));
  const on = (name: DriveInterface) => numbered.filter((drive) => (drive.interface ?? 'virtio') === name);
  const virtio = on('virtio').map((drive) => planDisk(drive, `virtio-blk-${buses.virtio}`));
  const others: [DriveInterface, (drive: NumberedDrive, index: number) => string[]][] = [
    ['scsi', (drive) => planDisk(drive, 'scsi-hd', { bus: 'scsi.0' })],
    // A PC has the bus; which of its ports are free, QEMU knows.
    [
      'ide',
      (drive, port) => planDisk(drive, 'ide-hd', ARCH_MACHINES[buses.arch].pc ? {} : { bus: `ahci.${port}` }),
    ],
    ['usb', (drive) => planDisk(drive, 'usb-storage', { bus: 'xhci.0' })],
    ['nvme', (drive) => planDisk(drive, 'nvme', { serial: drive.id })],
    ['sd', (drive) => ['-device', `sdhci-pci,id=slot-${drive.id}`, ...planDisk(drive, 'sd-card')]],
    ['onboard-sd', (drive) => ['-drive', planImage(drive, 'sd')]],
    ['pflash', (drive) => ['-drive', planImage(drive, 'pflash', { unit: FREE_FLASH_BANK })]],
  ];
  return [
    ...inNamingOrder([medium, ...virtio], buses).flat(),
    ...others.flatMap(([name, plan]) => {
      const found = on(name);
      return found.length === 0 ? [] : [...planController(name, buses), ...found.flatMap(plan)];
    }),
  ];
}

interface NumberedDrive extends Drive {
  id: string;
}

function planDisk(drive: NumberedDrive, model: string, more: Record<string, string> = {}): string[] {
  const { id, bootindex } = drive;
  const place: Record<string, number> = bootindex === undefined ? {} : { bootindex };
  return [
    ...['-drive', planImage(drive, 'none', { id })],
    ...['-device', formatProperties(model, { drive: id, ...more, ...place })],
  ];
}

function planController(name: DriveInterface, { arch, virtio }: Buses): string[] {
  if (name === 'scsi') return ['-device', `virtio-scsi-${virtio},id=scsi`];
  if (name === 'usb') return ['-device', 'qemu-xhci,id=xhci'];
  if (name === 'ide' && !ARCH_MACHINES[arch].pc) return ['-device', 'ahci,id=ahci'];
  return [];
}

function planImage(drive: Drive, by: string, first: Record<string, string | number> = {}): string {
  const { file, format, cache, readOnly = false, keepWrites = false } = drive;
  return formatProperties(`if=${by}`, {
    ...first,
    ...{ file, format },
    ...(cache === undefined ? {} : { cache }),
    ...(readOnly ? { readonly: 'on' } : {}),
    ...(readOnly || keepWrites ? {} : { snapshot: 'on' }),
  });
}
