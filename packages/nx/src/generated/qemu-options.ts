// Generated from ../executors/qemu/schema.json by tools/schemas.mjs: do not edit.

/**
 * Boots a board in QEMU with its console on this terminal. Ctrl-C reaches the guest, Ctrl-A X ends it, Ctrl-A C is QEMU's monitor.
 */
export interface QemuOptions {
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm';
  /**
   * Name of the kernel project.
   */
  kernel?: string;
  /**
   * Name of the initramfs project; without one the guest gets no initrd.
   */
  initramfs?: string;
  /**
   * How the board gets to its kernel. Without it QEMU loads kernel and initramfs itself.
   */
  boot?:
    | TheKernelLoadedByQEMU
    | UBootFromADriveThatTheBuildTargetMakes
    | TheKernelLoadedByQEMUWithADiskBesideIt
    | ADiskSOwnBootLoaderByThePCSBIOS
    | ACD
    | UEFI;
  /**
   * QEMU machine type; default: virt for arm64, q35 for x86_64.
   */
  machine?: string;
  /**
   * QEMU CPU model; chosen from the arch and the accelerator by default.
   */
  cpu?: string;
  /**
   * Number of CPUs of the guest.
   */
  smp?: number;
  /**
   * Memory of the guest, in MiB.
   */
  memory?: number;
  /**
   * Network cards of the guest, and what each is plugged into. Without one it has no network.
   */
  network?: (QEMUSOwnNetwork | ATapInterfaceOfThisMachine)[];
  /**
   * Words added to the kernel's command line. console= and panic=-1 are there unless given here.
   */
  append?: string;
  /**
   * Accelerator. auto takes KVM only where it works (same architecture, usable device, hardware virtualisation), and says which and why.
   */
  accel?: 'auto' | 'tcg' | 'kvm';
  /**
   * QEMU program to use instead of the arch's qemu-system-*.
   */
  qemu?: string;
  /**
   * Arguments added to QEMU's, as they are.
   */
  extraArgs?: string[];
  /**
   * Return as soon as the machine runs, and leave it running. ps, attach, console and stop of the board take it from there.
   */
  detach?: boolean;
  /**
   * With detach: print id, pid, forwards and sockets as one JSON object.
   */
  json?: boolean;
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
   * Name of a disk-image project with the loader syslinux.
   */
  disk: string;
}
export interface ACD {
  via: 'iso';
  /**
   * Name of the iso-image project.
   */
  iso: string;
  /**
   * What boots it. Default: bios for x86_64, uefi elsewhere.
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
   * What it is shown as. Default: by the guest's port, as ssh.
   */
  name?: string;
}
/**
 * It has to be there, and this user's: ip tuntap add dev NAME mode tap user USER.
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

/** The defaults of the schema, as Nx fills them in. */
export const qemuDefaults: Required<
  Pick<QemuOptions, 'smp' | 'memory' | 'network' | 'append' | 'accel' | 'extraArgs' | 'detach' | 'json'>
> = {
  smp: 1,
  memory: 256,
  network: [],
  append: '',
  accel: 'auto',
  extraArgs: [],
  detach: false,
  json: false,
};

/** The options once the defaults are filled in. */
export type FullQemuOptions = QemuOptions & typeof qemuDefaults;
