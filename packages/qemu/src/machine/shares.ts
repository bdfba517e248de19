import { formatProperties } from '../properties.js';

/** A directory of the host in the guest, by 9p: `mount -t 9p -o trans=virtio TAG DIRECTORY`. */
export interface Share {
  /** Absolute path. */
  path: string;
  /** The name by which the guest mounts it. */
  tag: string;
  /** Default: false, the guest reads only. */
  writable?: boolean;
  /**
   * Whose the files are (qemu(1), "security_model="). Default: `none`, what the guest makes belongs to whoever runs QEMU;
   * `passthrough` needs root.
   */
  securityModel?: 'none' | 'mapped-xattr' | 'mapped-file' | 'passthrough';
}

export function planShares(shares: readonly Share[], virtio: 'device' | 'pci'): string[] {
  return shares.flatMap(({ path, tag, writable = false, securityModel = 'none' }, index) => {
    const id = `share${index}`;
    const directory = { id, path, security_model: securityModel, ...(writable ? {} : { readonly: 'on' }) };
    return [
      ...['-fsdev', formatProperties('local', directory)],
      ...['-device', formatProperties(`virtio-9p-${virtio}`, { fsdev: id, mount_tag: tag })],
    ];
  });
}
