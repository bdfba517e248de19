import { join } from 'node:path';
import { onPci, type VirtioBus } from './arch-machines.js';
import { formatProperties } from './properties.js';

/** A directory of the host in the guest. */
export type Share = NineShare | VirtioFsShare | SmbShare;

interface SharedDirectory {
  /** Absolute path. */
  path: string;
  /** Default: false, the guest reads only. */
  writable?: boolean;
}

/** By 9p, which QEMU itself serves: `mount -t 9p -o trans=virtio TAG DIRECTORY`. */
export interface NineShare extends SharedDirectory {
  /** Default: this. */
  type?: '9p';
  /** The name by which the guest mounts it. */
  tag: string;
  /**
   * Whose the files are (qemu(1), "security_model="). Default: `none`, the user who runs QEMU owns the guest's new
   * files; `passthrough` needs root.
   */
  securityModel?: 'none' | 'mapped-xattr' | 'mapped-file' | 'passthrough';
}

/** Shared by virtiofsd, a program beside QEMU: `mount -t virtiofs TAG DIRECTORY`. The user who runs it owns the guest's new files. */
export interface VirtioFsShare extends SharedDirectory {
  type: 'virtiofs';
  tag: string;
}

/**
 * By Samba's smbd, which QEMU starts for the first card on the user network: `//10.0.2.4/qemu`. A QEMU has one of
 * them, and its guest may always write.
 */
export interface SmbShare {
  type: 'smb';
  path: string;
  writable: true;
}

/** The host's part in a virtiofs share. */
export interface ShareHost {
  /** Directory of the sockets that virtiofsd and QEMU meet at. */
  runDirectory: string;
  /** virtiofsd's program. */
  virtiofsd: string;
}

/** Where Debian's QEMU has it: what is planned where nobody looked at the host. */
export const DEFAULT_VIRTIOFSD = '/usr/lib/qemu/virtiofsd';

/** Places of it: of a package of its own in Debian (from 13) and Fedora, of Debian's QEMU, of Arch. It is in nobody's PATH. */
export const VIRTIOFSD_PLACES = ['/usr/libexec/virtiofsd', DEFAULT_VIRTIOFSD, '/usr/lib/virtiofsd'];

const isVirtioFs = (share: Share): share is VirtioFsShare => share.type === 'virtiofs';

export function hasVirtioFs(shares: readonly Share[]): boolean {
  return shares.some(isVirtioFs);
}

/** The devices of shares that are devices. */
export function planShares(shares: readonly Share[], virtio: VirtioBus, host: ShareHost): string[] {
  return shares.flatMap((share, index) => {
    const id = `share${index}`;
    if (share.type === 'smb') return [];
    if (isVirtioFs(share)) {
      return [
        ...['-chardev', formatProperties('socket', { id, path: join(host.runDirectory, id) })],
        // On PCI also where other devices are on MMIO: there QEMU's virtio is the old one, which virtiofsd refuses.
        ...['-device', formatProperties(`vhost-user-fs-${onPci(virtio)}`, { chardev: id, tag: share.tag })],
      ];
    }
    const { path, tag, writable = false, securityModel = 'none' } = share;
    const directory = { id, path, security_model: securityModel, ...(writable ? {} : { readonly: 'on' }) };
    return [
      ...['-fsdev', formatProperties('local', directory)],
      ...['-device', formatProperties(`virtio-9p-${virtio}`, { fsdev: id, mount_tag: tag })],
    ];
  });
}

/** Words in front of QEMU's own, which start virtiofsd: none where nothing is shared by it. */
export function planShareServers(
  shares: readonly Share[],
  { runDirectory, virtiofsd }: ShareHost,
): readonly string[] {
  const served = shares.flatMap((share, index) =>
    isVirtioFs(share) ? [`share${index}`, share.writable ? 'rw' : 'ro', share.path] : [],
  );
  if (served.length === 0) return [];
  const script = join(__dirname, '..', '..', 'scripts', 'virtiofs.sh');
  return ['sh', script, runDirectory, virtiofsd, ...served, '--'];
}

/** The guest's memory where virtiofsd, another process, has to read and write it. */
export function planSharedMemory(shares: readonly Share[], memoryMiB: number): string[] {
  if (!hasVirtioFs(shares)) return [];
  const backend = { id: 'memory', size: `${memoryMiB}M`, share: 'on' };
  return [
    ...['-object', formatProperties('memory-backend-memfd', backend)],
    ...['-machine', 'memory-backend=memory'],
  ];
}

/** The directory that QEMU's user network is to share by Samba. */
export function smbDirectory(shares: readonly Share[]): string | undefined {
  return shares.find((share) => share.type === 'smb')?.path;
}
