/** Architectures that a board can have, by the kernel's name for them. */
export type BoardArch = 'arm64' | 'x86_64' | 'riscv64' | 'arm';

/** Where instructions run: translated by QEMU (`tcg`), or on the host's own CPU (`kvm`). */
export type Accelerator = 'tcg' | 'kvm';

/** The parts of an architecture's generic board. */
interface ArchMachine {
  /** QEMU's program. */
  binary: string;
  /** `-machine` */
  machine: string;
  /** `-cpu`, by accelerator. */
  cpu: Record<Accelerator, string>;
  /** The kernel's name of the first serial port. */
  console: string;
  /** Which option takes U-Boot: on riscv64 OpenSBI is the firmware, and U-Boot what it starts. */
  uBootOption: '-bios' | '-kernel';
  /** `-machine` under U-Boot, where its boards for QEMU are made for another one. */
  uBootMachine?: string;
  /** Where virtio devices are plugged in. */
  virtio: 'device' | 'pci';
}

/**
 * The generic board of each architecture. q35 with qemu64 is the PC that boots fastest under TCG: 2.3 s to a
 * distribution kernel's init, against 2.5 s with `max` and 2.3 to 2.5 s with the older `pc`.
 */
export const ARCH_MACHINES: Record<BoardArch, ArchMachine> = {
  arm64: {
    binary: 'qemu-system-aarch64',
    machine: 'virt',
    cpu: { tcg: 'cortex-a72', kvm: 'host' },
    console: 'ttyAMA0',
    uBootOption: '-bios',
    virtio: 'device',
  },
  x86_64: {
    binary: 'qemu-system-x86_64',
    machine: 'q35',
    cpu: { tcg: 'qemu64', kvm: 'host' },
    console: 'ttyS0',
    uBootOption: '-bios',
    // Its default device tree is that of the i440FX; on q35 it finds no drive.
    uBootMachine: 'pc',
    virtio: 'pci',
  },
  // OpenSBI, which the machine brings along, starts the kernel.
  riscv64: {
    binary: 'qemu-system-riscv64',
    machine: 'virt',
    cpu: { tcg: 'rv64', kvm: 'host' },
    console: 'ttyS0',
    uBootOption: '-kernel',
    virtio: 'device',
  },
  arm: {
    binary: 'qemu-system-arm',
    machine: 'virt',
    cpu: { tcg: 'cortex-a15', kvm: 'host' },
    console: 'ttyAMA0',
    uBootOption: '-bios',
    virtio: 'device',
  },
};
