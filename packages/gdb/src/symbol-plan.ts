import { UserError, type Arch } from '@bringup/process';
import type { ElfFacts } from './elf.js';
import type { Phase, Stop, SymbolFile, SymbolPlan } from './session-model.js';

/** Symbols, with the facts of their file. */
export interface PlannedFile {
  symbols: SymbolFile;
  elf: ElfFacts;
}

/** How the guest gets to its kernel, as far as addresses go. */
export interface BootFacts {
  arch: Arch;
  at: Stop;
  vmlinux: PlannedFile;
  /** Physical address of the kernel's first byte, where the boot path tells. */
  loadAddress?: bigint;
  /** Why it does not. */
  noLoadAddress?: string;
  /** The U-Boot that starts the kernel. */
  uBoot?: PlannedFile;
}

/** The first function that runs at the addresses that the kernel is linked to. */
const FIRST_VIRTUAL: Readonly<Partial<Record<Arch, string>>> = {
  // arch/arm64/kernel/head.S: __primary_switch switches the MMU on and branches to it.
  arm64: '__primary_switched',
  // arch/x86/kernel/head64.c: the first C function, behind the page tables of head_64.S.
  x86_64: 'x86_64_start_kernel',
};

const WORD = 1n << 64n;
const modulo = (value: bigint) => ((value % WORD) + WORD) % WORD;

/**
 * The phases of a boot's symbols, and how far the guest is let run.
 *
 * @throws UserError `STOP_UNSUPPORTED` for a stop that the board or the architecture does not have
 */
export function planSymbols(facts: BootFacts): SymbolPlan {
  const { at, vmlinux, uBoot } = facts;
  const linked: Phase = { ...vmlinux.symbols, offset: 0n };
  const entry = kernelEntry(facts);
  const check = entry && { address: entry.address, offset: entry.offset };
  const kernel = (): Phase[] =>
    entry ? [{ ...linked, offset: entry.offset, until: entry.end }, linked] : [linked];
  switch (at) {
    case 'start_kernel':
      return { phases: [linked], runTo: { symbol: 'start_kernel' }, check };
    case 'first-instruction':
      if (!entry)
        throw unsupported(facts, facts.noLoadAddress ?? 'where the kernel starts is not known there');
      return { phases: kernel(), runTo: { address: entry.address }, check };
    case 'reset':
      if (!uBoot || facts.arch !== 'arm64') return { phases: kernel(), check };
      return { phases: throughUBoot(uBoot, entry?.address, kernel(), false), check };
    case 'u-boot':
    case 'u-boot-relocated':
      return { ...planUBoot(facts, entry?.address, kernel()), check };
  }
}

function planUBoot(facts: BootFacts, kernelAddress: bigint | undefined, kernel: Phase[]): SymbolPlan {
  const { at, arch, uBoot } = facts;
  if (!uBoot) throw unsupported(facts, 'this board does not boot through U-Boot');
  if (arch !== 'arm64') throw unsupported(facts, "U-Boot's relocation is known for arm64 only");
  const relocated = at === 'u-boot-relocated';
  const phases = throughUBoot(uBoot, kernelAddress, kernel, relocated);
  return { phases, runTo: relocated ? 'phase' : { address: uBoot.elf.entry } };
}

interface Entry {
  address: bigint;
  offset: bigint;
  end: { symbol: string };
}

/** Where the kernel's first instruction is, and how far its symbols are from there. */
function kernelEntry({ arch, vmlinux, loadAddress }: BootFacts): Entry | undefined {
  const symbol = FIRST_VIRTUAL[arch];
  const first = vmlinux.elf.segments[0];
  if (symbol === undefined || first === undefined) return undefined;
  // x86's ELF says where it is put: its decompressor puts it there unless it has to choose another place (KASLR).
  const physical = arch === 'x86_64' ? first.physical : loadAddress;
  if (physical === undefined) return undefined;
  const offset = modulo(physical - first.virtual);
  // Its entry point is physical already (arch/x86/kernel/vmlinux.lds.S, phys_startup_64).
  const address = arch === 'x86_64' ? vmlinux.elf.entry : modulo(vmlinux.elf.entry + offset);
  return { address, offset, end: { symbol } };
}

/**
 * U-Boot where it is linked to, then where it moved itself: arch/arm/lib/crt0_64.S calls relocate_code with the new
 * address in x0, and goes on in board_init_r there.
 */
function throughUBoot(
  { symbols, elf }: PlannedFile,
  kernelAddress: bigint | undefined,
  kernel: Phase[],
  stop: boolean,
): Phase[] {
  const moves = { symbol: 'relocate_code', register: 'x0', linked: elf.entry, arrival: 'board_init_r' };
  const relocated: Phase = { ...symbols, stop };
  if (kernelAddress === undefined) return [{ ...symbols, offset: 0n, until: { moves } }, relocated];
  return [
    { ...symbols, offset: 0n, until: { moves } },
    { ...relocated, until: { address: kernelAddress } },
    ...kernel,
  ];
}

function unsupported({ at, arch }: BootFacts, why: string): UserError {
  const message = `at: cannot stop at ${at}: ${why}. --at=start_kernel works with every board, --at=reset too`;
  return new UserError('STOP_UNSUPPORTED', message, { at, arch });
}
