import { findLine, values, type Findings } from './evidence.js';
import type { Match } from './signature.js';

/** init/do_mounts.c and block/early-lookup.c: the kernel waits for ever (`rootwait`). */
const WAITING = /^Waiting for root device (\S+?)\.\.\.$/;
const CANNOT_OPEN = /^VFS: Cannot open root device "(.*?)"[^:]*(?:: error (-\d+))?/;

/** A kernel that has no root: it gave up, or waits for it until the wait for the guest ended. */
export function noRoot(findings: Findings): Match | undefined {
  const opened = findLine(findings, CANNOT_OPEN);
  const waiting = opened ? undefined : findings.end === undefined ? undefined : waitsFor(findings);
  if (!opened && waiting === undefined) return undefined;
  const root = values(findings, 'root').at(-1);
  if (root === undefined && findings.hasInitrd) return undefined;
  const seen = waiting === undefined ? seenDevices(findings) : seenEarlier(findings);
  if (root === undefined)
    return {
      cause: 'there is no initramfs, and no root= says where the root is',
      remedy: seen.length > 0 ? BY_DEVICES : noDevice(''),
      seen,
    };
  const { cause, remedy } = explainRoot(findings, root, opened?.[2], seen.length > 0);
  const waits = waiting === undefined ? '' : ' (rootwait: the kernel waits for it, and it does not come)';
  return { cause: `${cause}${waits}`, remedy, seen };
}

/** The root device that the kernel waits for, if nothing else has come since; undefined where it waits for none. */
function waitsFor({ lines }: Pick<Findings, 'lines'>): string | undefined {
  const at = lines.findLastIndex((line) => WAITING.test(line));
  if (at < 0 || lines.slice(at).some((line) => /^(EXT4-fs|VFS: Mounted root|Run \S+ as init)/.test(line)))
    return undefined;
  return WAITING.exec(lines[at]!)![1];
}

const BY_DEVICES = 'correct root= by the devices below';

function explainRoot(
  findings: Findings,
  root: string,
  error: string | undefined,
  hasDevices: boolean,
): Pick<Match, 'cause' | 'remedy'> {
  if (/^(LABEL|UUID)=/.test(root))
    return {
      cause: `the kernel itself cannot look for a root by ${root}: it knows devices, PARTUUID= and PARTLABEL=`,
      remedy:
        'name the device (root=/dev/vda1), give PARTUUID= or PARTLABEL=, or an initramfs that looks for it (its init style switch-root)',
    };
  if (values(findings, 'rootfstype').includes('9p')) return explain9p(findings, root, error);
  if (root === '/dev/nfs' || values(findings, 'nfsroot').length > 0)
    return {
      cause: 'the kernel could not mount its root by NFS',
      remedy:
        'give nfsroot=SERVER:PATH and ip=dhcp, and the kernel CONFIG_ROOT_NFS, CONFIG_IP_PNP_DHCP and the driver of its network card',
    };
  if (/^PART(UUID|LABEL)=/.test(root))
    return {
      cause: `no partition that the kernel sees has ${root}`,
      remedy: hasDevices ? `${BY_DEVICES}: behind a partition stands its PARTUUID` : noDevice(''),
    };
  return {
    cause: `the kernel found no root device ${root}`,
    remedy: hasDevices ? BY_DEVICES : noDevice(root),
  };
}

function explain9p(
  findings: Findings,
  root: string,
  error: string | undefined,
): Pick<Match, 'cause' | 'remedy'> {
  const tags = findings.argv.flatMap((word) => /mount_tag=([^,]+)/.exec(word)?.[1] ?? []);
  const known =
    tags.length > 0 ? `the board's shares have the tags ${tags.join(', ')}` : 'the board has no 9p share';
  if (findLine(findings, /^9pnet_virtio: no channels available for device /))
    return {
      cause: `there is no share with the tag ${root}: ${known}`,
      remedy: 'name the tag of a share of the board by root=',
    };
  const lacks = error === '-19' || !findLine(findings, /^9pnet: Installing 9P2000 support/);
  return lacks
    ? {
        cause: `the kernel has no driver for a root by 9p${error === undefined ? '' : ` (error ${error}: ENODEV)`}`,
        remedy: 'put preset:9p into the fragments of the kernel (CONFIG_NET_9P_VIRTIO, CONFIG_9P_FS)',
      }
    : {
        cause: `the kernel could not mount the share ${root}: error ${error}`,
        remedy: `see rootflags= (trans=virtio,version=9p2000.L); ${known}`,
      };
}

/** The symbols of the driver that a device's name stands for. */
const DRIVERS: readonly (readonly [RegExp, string])[] = [
  [/^\/dev\/vd/, 'CONFIG_VIRTIO_BLK, and CONFIG_VIRTIO_PCI or CONFIG_VIRTIO_MMIO'],
  [
    /^\/dev\/sd/,
    'CONFIG_BLK_DEV_SD and the driver of the controller (CONFIG_SCSI_VIRTIO, CONFIG_ATA with CONFIG_SATA_AHCI or CONFIG_ATA_PIIX, CONFIG_USB_STORAGE)',
  ],
  [/^\/dev\/sr/, 'CONFIG_BLK_DEV_SR and the driver of the controller'],
  [/^\/dev\/nvme/, 'CONFIG_BLK_DEV_NVME'],
  [/^\/dev\/mmcblk/, 'CONFIG_MMC_BLOCK and the driver of the controller'],
  [/^\/dev\/mtdblock/, 'CONFIG_MTD_BLOCK and the driver of the flash'],
];

function noDevice(root: string): string {
  const driver = DRIVERS.find(([name]) => name.test(root))?.[1] ?? 'CONFIG_VIRTIO_BLK, CONFIG_VIRTIO_PCI';
  return `the kernel sees no block device at all: give the board a disk and the kernel its driver (${driver}), or an initramfs`;
}

/** A disk, a partition of it (two blanks in front), or the line with a disk's driver (block/genhd.c, printk_all_partitions). */
const DEVICE = /^(?: {0,2}[0-9a-f]{2,3}:?[0-9a-f]{2,5} +\d+ \S+| ?\(?driver\b| +driver: )/;

/** The lines between the kernel's "here are the available partitions" and its panic. */
export function seenDevices({ lines }: Pick<Findings, 'lines'>): string[] {
  const start = lines.findIndex((line) =>
    /(here are the available partitions|List of all partitions|List of all bdev filesystems):/.test(line),
  );
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.trim() !== '' && !DEVICE.test(line));
  return rest
    .slice(0, end < 0 ? undefined : end)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

/** Disks as their drivers and the partition tables reported them while the kernel started. */
function seenEarlier({ lines }: Pick<Findings, 'lines'>): string[] {
  return lines
    .filter((line) =>
      /^\s*(?:vd|sd|nvme|mmcblk|xvd|hd)\w*:(?: \S+)*\s*$|\[(?:vd|sd|xvd)[a-z]+\] \d+ .*blocks/.test(line),
    )
    .map((line) => line.trim());
}
