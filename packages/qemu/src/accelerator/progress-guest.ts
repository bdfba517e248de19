import { ARCH_MACHINES, type BoardArch } from '../machine/arch-machines.js';

/** A guest of a few instructions that ends QEMU when it has got where a kernel's entry leads. */
export interface ProgressGuest {
  /** The image that QEMU loads. */
  image: Uint8Array;
  /** QEMU's arguments besides accelerator and CPU. */
  args: (imageFile: string) => string[];
  /** QEMU's exit code when the guest got there; no other end has it. */
  exitCode: number;
}

const BIOS_BYTES = 0x10000;
/** Where a PC's CPU starts: 16 bytes before 4 GiB (Intel SDM vol. 3A, 9.1.4), and so before the end of the BIOS. */
const RESET_VECTOR = 0xfff0;
const PC_ENTRY = 0xff00;
const PC_GDT = 0xff78;
/** The value that the PC's guest writes to the exit port. isa-debug-exit ends QEMU with twice that, plus 1. */
const PC_EXIT_VALUE = 0x2a;
const PC_EXIT_PORT = 0xf4;

/**
 * Real mode to long mode with paging, as a kernel's entry does, then a write to the exit port. Real mode alone proves
 * nothing: there are hosts on which KVM runs it and then spins for ever in the first 64-bit instruction.
 */
const PC_CODE = [
  '2e 66 0f 01 16 88 ff', // lgdtl %cs:0xff88, behind the table
  '31 c0 8e d8', // ds = 0: the page tables lie in RAM from 0x1000
  '66 c7 06 00 10 03 20 00 00', // PML4[0] = 0x2000, present, writable
  '66 c7 06 00 20 03 30 00 00', // PDPT[0] = 0x3000, the first GiB
  '66 c7 06 18 20 03 40 00 00', // PDPT[3] = 0x4000, the fourth
  '66 c7 06 00 30 83 00 00 00', // PD[0] = 0 to 2 MiB, one large page
  '66 c7 06 f8 4f 83 00 e0 ff', // PD[511] = the last 2 MiB below 4 GiB, where this code is
  '66 b8 00 10 00 00 0f 22 d8', // cr3 = 0x1000
  '66 b8 20 00 00 00 0f 22 e0', // cr4 = PAE
  '66 b9 80 00 00 c0 0f 32 0d 00 01 0f 30', // EFER |= LME
  '66 b8 01 00 00 80 0f 22 c0', // cr0 = PG | PE
  '66 ea 68 ff ff ff 08 00', // ljmpl $8,$0xffffff68: the next instruction, in 64 bits
  'b0 2a e6 f4', // outb %al,$0xf4
  'f4 eb fd', // hlt, for ever
];
/** No descriptor; 64-bit code; then the table's limit and address for lgdt. */
const PC_TABLE = ['00 00 00 00 00 00 00 00', '00 00 00 00 00 9a 20 00', '0f 00 78 ff ff ff'];
const PC_JUMP = ['e9 0d ff']; // jmp to PC_ENTRY

function pcBios(): Uint8Array {
  const bios = Buffer.alloc(BIOS_BYTES);
  bios.set(bytes(PC_CODE), PC_ENTRY);
  bios.set(bytes(PC_TABLE), PC_GDT);
  bios.set(bytes(PC_JUMP), RESET_VECTOR);
  return bios;
}

function bytes(lines: readonly string[]): Uint8Array {
  return Buffer.from(lines.join('').replaceAll(' ', ''), 'hex');
}

/** PSCI's SYSTEM_OFF, 0x84000008 (Arm DEN0022, 5.10), which KVM answers itself. */
const ARM64_CODE = [
  '00 01 80 52', // mov w0, #8
  '00 80 b0 72', // movk w0, #0x8400, lsl #16
  '02 00 00 d4', // hvc #0
  '7f 20 03 d5 ff ff ff 17', // wfi, for ever
];

/** SBI's legacy system shutdown, extension 8 (RISC-V SBI specification, 5.9). */
const RISCV64_CODE = [
  '93 08 80 00', // li a7, 8
  '73 00 00 00', // ecall
  '73 00 50 10 6f f0 df ff', // wfi, for ever
];

function kernelArgs(arch: BoardArch): ProgressGuest['args'] {
  return (file) => [...['-machine', ARCH_MACHINES[arch].machine], ...['-kernel', file]];
}

/** By architecture. Linux has had no KVM for 32-bit arm since 5.7. */
export const PROGRESS_GUESTS: Partial<Record<BoardArch, ProgressGuest>> = {
  x86_64: {
    image: pcBios(),
    args: (file) => [
      ...['-machine', ARCH_MACHINES.x86_64.machine],
      ...['-bios', file],
      ...['-device', `isa-debug-exit,iobase=${PC_EXIT_PORT},iosize=1`],
    ],
    exitCode: 2 * PC_EXIT_VALUE + 1,
  },
  arm64: { image: bytes(ARM64_CODE), args: kernelArgs('arm64'), exitCode: 0 },
  riscv64: { image: bytes(RISCV64_CODE), args: kernelArgs('riscv64'), exitCode: 0 },
};
