// Generated from ../../schemas/shared.json by tools/schemas.mjs: do not edit.

/**
 * The options that schemas take from schemas/shared.json, by their names there.
 */
export interface SharedOptions {
  /**
   * Where the source comes from. Resolved once into bringup.lock by the update target, fetched only when something must be compiled.
   */
  source: DebianPackageWithASourceTarballInIt | DebianSourcePackage | Tarball | GitRepository | Directory;
  /**
   * Patches that are applied to the source, in order, as patch -p1 does: files relative to the workspace root, globs (patches/*.patch, in the order of their names), or a quilt series (a file named series, which lists patches of its directory, with -pN where it differs). Mailboxes of git format-patch are read. After an edit of a patch, what depends on the files that it changes is compiled.
   */
  patches: string[];
  /**
   * Configuration fragments in order, later ones winning: a path relative to the workspace root ({projectRoot} is understood), preset:NAME for one that ships with Bringup, tree:NAME for one of the source tree (tree:virt.config). Where the tree has both a general and an architecture's NAME, both are merged, as make NAME does. A comment right above a line says that it may be lost (# optional: REASON), or for which versions of the source it is (# since: 5.18, # before: 6.2).
   */
  fragments: string[];
  /**
   * Fragments after those of fragments: what a configuration (a variant, as debug) adds without repeating the others.
   */
  extraFragments: string[];
  /**
   * Network cards of the guest, and what each is plugged into. Without one it has no network.
   */
  network: (QEMUSOwnNetwork | ATapInterfaceOfThisMachine)[];
  /**
   * Disks besides the one that the board boots from. The guest's writes are discarded, unless keepWrites is set.
   */
  drives: Drive[];
  /**
   * Directories of this machine in the guest, read-only unless writable is set.
   */
  shares: (P | Virtiofs | SMB)[];
  /**
   * Consoles besides the first serial port: /dev/hvc0, /dev/hvc1 and so on, by virtio.
   */
  consoles: (PseudoTerminal | File | UnixSocket | Telnet)[];
  /**
   * QEMU's monitor for others than the terminal (there, it is behind Ctrl-A C).
   */
  monitor: Telnet1 | UnixSocket1;
  /**
   * A screen, shown by VNC. Without this option the machine has no screen.
   */
  display: {
    type: 'vnc';
    /**
     * Port of the loopback address, from 5900, VNC's display 0. Default: a free one, chosen at each start and shown.
     */
    port?: number;
    /**
     * QEMU device of the graphics card. Default: VGA of a PC, virtio-gpu-pci elsewhere.
     */
    model?: string;
  };
  /**
   * QEMU's gdb stub: target remote ADDRESS.
   */
  gdb: TCPPort | UnixSocket2;
  /**
   * The real time clock.
   */
  rtc: {
    /**
     * Time at the start: utc, localtime, or a time as 2020-01-02T03:04:05.
     */
    base?: string;
    /**
     * Clock that drives it: this machine's time, its monotonic clock, or the guest's own time. Default: host.
     */
    clock?: 'host' | 'rt' | 'vm';
  };
  /**
   * A timer that the guest has to feed.
   */
  watchdog: {
    /**
     * QEMU device, as i6300esb.
     */
    model: string;
    /**
     * QEMU's action when the guest has not fed it.
     */
    action: 'reset' | 'shutdown' | 'poweroff' | 'inject-nmi' | 'pause' | 'debug' | 'none';
  };
  /**
   * Memory that can be plugged in while the guest runs, where the machine type can do that.
   */
  memoryGrowth: {
    /**
     * Number of modules.
     */
    slots: number;
    /**
     * Memory in all, in MiB.
     */
    max: number;
  };
  /**
   * Arguments added to QEMU's unchanged.
   */
  extraArgs: string[];
  /**
   * How the board gets to its kernel. Without it QEMU loads kernel and initramfs itself.
   */
  boot:
    | TheKernelLoadedByQEMU
    | UBootFromADriveThatTheBuildTargetMakes
    | TheKernelLoadedByQEMUWithADiskBesideIt
    | ADiskSOwnBootLoaderByThePCSBIOS
    | ACD
    | UEFI;
  /**
   * Directories laid over the tree in order, relative to the workspace root ({projectRoot} is understood). Files are root's, 0755 when executable, else 0644.
   */
  overlays: string[];
  /**
   * Single files.
   */
  files: {
    /**
     * Place in the guest.
     */
    path: string;
    /**
     * File of the workspace, relative to its root, or PROJECT:ARTIFACT for one that another project publishes.
     */
    from: string;
    /**
     * Octal; default: 0755 when executable, else 0644.
     */
    mode?: string;
    /**
     * Owner.
     */
    uid?: number;
    /**
     * Group.
     */
    gid?: number;
  }[];
  /**
   * Directories besides the usual ones (proc sys dev dev/pts run etc tmp root mnt …).
   */
  directories: {
    /**
     * Place in the guest.
     */
    path: string;
    /**
     * Octal.
     */
    mode?: string;
    /**
     * Owner.
     */
    uid?: number;
    /**
     * Group.
     */
    gid?: number;
  }[];
  /**
   * Device nodes besides the usual ones (null, console, tty …).
   */
  devices: {
    /**
     * Place in the guest.
     */
    path: string;
    /**
     * Kind of the node.
     */
    kind: 'char' | 'block';
    /**
     * Major number.
     */
    major: number;
    /**
     * Minor number.
     */
    minor: number;
    /**
     * Octal.
     */
    mode?: string;
    /**
     * Owner.
     */
    uid?: number;
    /**
     * Group.
     */
    gid?: number;
  }[];
  /**
   * Symbolic links.
   */
  symlinks: {
    /**
     * Place in the guest.
     */
    path: string;
    /**
     * Target of the link.
     */
    target: string;
  }[];
  /**
   * Modes and owners of entries that an overlay or a BusyBox tree brought.
   */
  permissions: {
    /**
     * Place in the guest.
     */
    path: string;
    /**
     * Octal.
     */
    mode?: string;
    /**
     * Owner.
     */
    uid?: number;
    /**
     * Group.
     */
    gid?: number;
  }[];
}
export interface DebianPackageWithASourceTarballInIt {
  kind: 'debian-package';
  /**
   * Name of the binary package, as linux-source-6.1.
   */
  package: string;
  /**
   * Glob of package names: the newest match is taken where this Debian does not have the package.
   */
  fallback?: string;
}
export interface DebianSourcePackage {
  kind: 'debian-source';
  /**
   * Name of the source package, as busybox. Debian's patches are applied.
   */
  package: string;
}
export interface Tarball {
  kind: 'tarball';
  /**
   * http, https or file URL, or a list of mirrors that are tried in order.
   */
  url: string | string[];
  /**
   * Of the tarball: 64 hex digits.
   */
  sha256: string;
  /**
   * Leading path components to drop while unpacking.
   */
  stripComponents?: number;
}
export interface GitRepository {
  kind: 'git';
  /**
   * https, http, ssh, git or file URL, or a list of mirrors that are tried in order. One commit is fetched, without history and submodules.
   */
  url: string | string[];
  /**
   * Tag, as v6.12. Exactly one of tag, branch and commit is given. Its commit is locked, and stays when the tag is moved, until update is run.
   */
  tag?: string;
  /**
   * Branch. The commit that it leads to when update is run is locked.
   */
  branch?: string;
  /**
   * Commit: 40 hex digits, or 64 of a repository with SHA-256.
   */
  commit?: string;
}
export interface Directory {
  kind: 'directory';
  /**
   * Relative to the workspace root, or absolute. Its content is hashed at each run; nothing is written into it.
   */
  path: string;
}
/**
 * Addresses by DHCP, out through this machine's connections, in by forwards.
 */
export interface QEMUSOwnNetwork {
  type: 'user';
  /**
   * Ports of this machine that lead to ports of the guest.
   */
  forwards?: Forward[];
  /**
   * QEMU device of the card, as e1000; onboard for the card that the machine type itself has. Default: virtio-net on the arch's virtio bus.
   */
  model?: string;
  /**
   * Address of the card. Default: made of the board's name and the card's place in the list, so the same each time.
   */
  mac?: string;
}
export interface Forward {
  /**
   * Protocol.
   */
  protocol: 'tcp' | 'udp';
  /**
   * IPv4 address of this machine to listen on.
   */
  hostAddress?: string;
  /**
   * Port of this machine. Default: a free one, chosen at each start and shown.
   */
  hostPort?: number;
  /**
   * Port of the guest.
   */
  guestPort: number;
  /**
   * Name to show for the port. Default: derived from the guest's port, as ssh.
   */
  name?: string;
}
/**
 * It must exist and belong to this user: ip tuntap add dev NAME mode tap user USER.
 */
export interface ATapInterfaceOfThisMachine {
  type: 'tap';
  /**
   * Name of the interface.
   */
  ifname: string;
  /**
   * Move packets by the kernel's vhost-net, which needs /dev/vhost-net.
   */
  vhost?: boolean;
  /**
   * QEMU device of the card, as e1000; onboard for the card that the machine type itself has. Default: virtio-net on the arch's virtio bus.
   */
  model?: string;
  /**
   * Address of the card. Default: made of the board's name and the card's place in the list, so the same each time.
   */
  mac?: string;
}
export interface Drive {
  /**
   * The image. Relative to the workspace root, or PROJECT:ARTIFACT for one that another project publishes.
   */
  file: string;
  /**
   * Format of the image. QEMU never guesses it: a guest could write another's header into a raw disk.
   */
  format: 'raw' | 'qcow2' | 'vmdk' | 'vdi';
  /**
   * If the file does not exist, create an empty image of this size, such as 1G. With keepWrites it can take an installation.
   */
  create?: string;
  /**
   * How it is attached: virtio is /dev/vdX; ide needs the AHCI driver where the machine is not a PC; sd is a card behind a PCI controller, onboard-sd the slot of the machine type; pflash is the second bank of the machine's flash memory. On virt machines the image must have exactly the size of that bank.
   */
  interface?: 'virtio' | 'scsi' | 'ide' | 'usb' | 'nvme' | 'sd' | 'onboard-sd' | 'pflash';
  /**
   * How the host caches it, in QEMU's words. Default: writeback.
   */
  cache?: 'writeback' | 'writethrough' | 'none' | 'directsync' | 'unsafe';
  /**
   * The guest cannot write to it.
   */
  readOnly?: boolean;
  /**
   * Keep the guest's writes in the file, in a test too. The test's result then depends on earlier writes, so it should not be cached.
   */
  keepWrites?: boolean;
  /**
   * Place in the firmware's boot order.
   */
  bootindex?: number;
}
/**
 * QEMU serves it itself: mount -t 9p -o trans=virtio TAG DIRECTORY (fragment preset:9p).
 */
export interface P {
  type?: '9p';
  /**
   * The directory, relative to the workspace root. It is an input of the test.
   */
  path: string;
  /**
   * The name by which the guest mounts it.
   */
  tag: string;
  /**
   * The guest may write.
   */
  writable?: boolean;
  /**
   * Owner of the files that the guest creates, in QEMU's words. none: the user who runs QEMU.
   */
  securityModel?: 'none' | 'mapped-xattr' | 'mapped-file' | 'passthrough';
}
/**
 * Served by virtiofsd, which is started in a user namespace and ends with QEMU: mount -t virtiofs TAG DIRECTORY (CONFIG_VIRTIO_FS). Faster than 9p, and a whole Linux file system. Files that the guest creates belong to the user who runs QEMU.
 */
export interface Virtiofs {
  type: 'virtiofs';
  /**
   * The directory, relative to the workspace root. It is an input of the test.
   */
  path: string;
  /**
   * The name by which the guest mounts it.
   */
  tag: string;
  /**
   * The guest may write.
   */
  writable?: boolean;
}
/**
 * Served by Samba's smbd on QEMU's user network: mount -t cifs -o sec=none //10.0.2.4/qemu DIRECTORY (CONFIG_CIFS). A board may have only one. It is always writable.
 */
export interface SMB {
  type: 'smb';
  /**
   * The directory, relative to the workspace root. It is an input of the test.
   */
  path: string;
  /**
   * The guest may write. It must be true, because the share cannot be read-only.
   */
  writable: true;
}
/**
 * QEMU says which.
 */
export interface PseudoTerminal {
  type: 'pty';
}
export interface File {
  type: 'file';
  /**
   * The file, relative to the workspace root; written anew at each start.
   */
  path: string;
}
export interface UnixSocket {
  type: 'unix';
  /**
   * Path of the socket that QEMU makes, relative to the workspace root.
   */
  path: string;
}
export interface Telnet {
  type: 'telnet';
  /**
   * Port of the loopback address. Default: a free one, chosen at each start and shown.
   */
  port?: number;
}
export interface Telnet1 {
  type: 'telnet';
  /**
   * Port of the loopback address. Default: a free one, chosen at each start and shown.
   */
  port?: number;
}
export interface UnixSocket1 {
  type: 'unix';
  /**
   * Path of the socket that QEMU makes, relative to the workspace root.
   */
  path: string;
}
export interface TCPPort {
  type: 'tcp';
  /**
   * Port of the loopback address. Default: a free one, chosen at each start and shown.
   */
  port?: number;
  /**
   * The guest does not run before gdb lets it.
   */
  wait?: boolean;
}
export interface UnixSocket2 {
  type: 'unix';
  /**
   * Path of the socket that QEMU makes, relative to the workspace root.
   */
  path: string;
  /**
   * The guest does not run before gdb lets it.
   */
  wait?: boolean;
}
export interface TheKernelLoadedByQEMU {
  via: 'kernel';
}
export interface UBootFromADriveThatTheBuildTargetMakes {
  via: 'u-boot';
  /**
   * Name of the U-Boot project.
   */
  uBoot: string;
  /**
   * Name of a uboot-image project. Its uRamdisk takes the place of the option initramfs, its FIT that of kernel and initramfs. With a signed FIT U-Boot runs with the public key, and its bootm boots nothing that is not signed.
   */
  image?: string;
  /**
   * File that boots the others on the drive: an extlinux.conf, or a boot script (boot.scr). A FIT is booted by a script. Default: extlinux, and script with an image.
   */
  method?: 'extlinux' | 'script';
  /**
   * Stop at U-Boot's prompt: the drive holds the files and nothing that boots them. Type load virtio 0 $kernel_addr_r Image and so on.
   */
  interactive?: boolean;
}
export interface TheKernelLoadedByQEMUWithADiskBesideIt {
  via: 'disk';
  /**
   * Name of the disk-image project. The guest sees it as /dev/vda; say where its root is in append: root=/dev/vda1, or root=LABEL=rootfs with an initramfs that hands over.
   */
  disk: string;
}
export interface ADiskSOwnBootLoaderByThePCSBIOS {
  via: 'bios';
  /**
   * Name of a disk-image project with the loader syslinux. Without it the BIOS starts one of drives, the one with the lowest bootindex.
   */
  disk?: string;
}
export interface ACD {
  via: 'iso';
  /**
   * Name of the iso-image project.
   */
  iso: string;
  /**
   * Firmware that boots it. Default: bios for x86_64, uefi elsewhere.
   */
  firmware?: 'bios' | 'uefi';
}
export interface UEFI {
  via: 'uefi';
  /**
   * Name of a disk-image project with the loader uefi. Without it the build target makes a volume with the board's kernel and initramfs.
   */
  disk?: string;
  /**
   * Nothing to boot from: stop at the firmware's shell.
   */
  shell?: boolean;
}
