import { UserError, type Arch } from '@bringup/process';

/** Architectures that a board can have, by the kernel's name for them. */
export type BoardArch = Arch;

/** Where instructions run: translated by QEMU (`tcg`), or on the host's own CPU (`kvm`). */
export type Accelerator = 'tcg' | 'kvm';

/** Where virtio devices are plugged in: slots at fixed addresses, PCI, or the mainframe's channels. */
export type VirtioBus = 'device' | 'pci' | 'ccw';

/** The parts of an architecture's generic board. */
interface ArchMachine {
  /** `-machine` */
  machine: string;
  /** `-cpu` where QEMU translates; under KVM it is the host's. */
  cpu: string;
  /** The kernel's name of the first serial port. */
  console: string;
  virtio: VirtioBus;
  /** A PC has a BIOS, an IDE bus, and a VGA card. */
  pc?: true;
  /** QEMU describes the machine to its guest by a device tree. */
  deviceTree?: true;
  /** Memory that the machine needs at least, where that is more than a board has by default. */
  memoryMiB?: number;
  /** How U-Boot is started, where it runs on the board. */
  uBoot?: UBootStart;
}

interface UBootStart {
  /** Which option takes it: on riscv64 OpenSBI is the firmware, and U-Boot what it starts. */
  option: '-bios' | '-kernel';
  /** `-machine` under U-Boot, where its boards for QEMU are made for another one. */
  machine?: string;
}

/**
 * The generic board of each architecture. q35 with qemu64 is the PC that boots fastest under TCG: 2.3 s to a
 * distribution kernel's init, against 2.5 s with `max` and 2.3 to 2.5 s with the older `pc`.
 */
export const ARCH_MACHINES: Record<BoardArch, ArchMachine> = {
  arm64: {
    machine: 'virt',
    cpu: 'cortex-a72',
    console: 'ttyAMA0',
    virtio: 'device',
    deviceTree: true,
    uBoot: { option: '-bios' },
  },
  x86_64: {
    machine: 'q35',
    cpu: 'qemu64',
    console: 'ttyS0',
    virtio: 'pci',
    pc: true,
    // Its default device tree is that of the i440FX; on q35 it finds no drive.
    uBoot: { option: '-bios', machine: 'pc' },
  },
  // OpenSBI, which the machine brings along, starts the kernel.
  riscv64: {
    machine: 'virt',
    cpu: 'rv64',
    console: 'ttyS0',
    virtio: 'device',
    deviceTree: true,
    uBoot: { option: '-kernel' },
  },
  arm: {
    machine: 'virt',
    cpu: 'cortex-a15',
    console: 'ttyAMA0',
    virtio: 'device',
    deviceTree: true,
    uBoot: { option: '-bios' },
  },
  i386: { machine: 'q35', cpu: 'qemu32', console: 'ttyS0', virtio: 'pci', pc: true },
  s390x: { machine: 's390-ccw-virtio', cpu: 'qemu', console: 'ttysclp0', virtio: 'ccw' },
  // SLOF, which the machine brings along, starts the kernel.
  ppc64le: { machine: 'pseries', cpu: 'power9', console: 'hvc0', virtio: 'pci', deviceTree: true },
  mips64el: { machine: 'malta', cpu: 'MIPS64R2-generic', console: 'ttyS0', virtio: 'pci' },
  loongarch64: {
    machine: 'virt',
    cpu: 'la464',
    console: 'ttyS0',
    virtio: 'pci',
    deviceTree: true,
    memoryMiB: 2048,
  },
};

/** The bus of a device that is not plugged into virtio's slots: PCI, where there are no channels. */
export function onPci(virtio: VirtioBus): 'pci' | 'ccw' {
  return virtio === 'ccw' ? 'ccw' : 'pci';
}

/** `-cpu` of a generic board. */
export function defaultCpu(arch: BoardArch, accel: Accelerator): string {
  return accel === 'kvm' ? 'host' : ARCH_MACHINES[arch].cpu;
}

/** How U-Boot is started on a board. @throws UserError `NO_BOOT_PATH` naming the architectures that have it */
export function ubootStart(arch: BoardArch): UBootStart {
  const { uBoot } = ARCH_MACHINES[arch];
  if (uBoot !== undefined) return uBoot;
  const others = (Object.keys(ARCH_MACHINES) as BoardArch[]).filter((name) => ARCH_MACHINES[name].uBoot);
  const message = `boot: boards of ${arch} do not boot through U-Boot here, but those of ${others.join(', ')} do`;
  throw new UserError('NO_BOOT_PATH', message, { arch, others });
}
