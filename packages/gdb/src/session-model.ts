/** Where a session hands over to the user. */
export const STOPS = ['reset', 'u-boot', 'u-boot-relocated', 'first-instruction', 'start_kernel'] as const;
export type Stop = (typeof STOPS)[number];

/** The event that makes a phase's symbols wrong. The next phase's symbols are loaded then. */
export type PhaseEnd =
  /** This instruction is reached. */
  | { address: bigint }
  /** This function is reached, at the address that it has in the next phase. */
  | { symbol: string }
  /** The program copies itself to where a register says, and arrives there in a function. */
  | { moves: { symbol: string; register: string; linked: bigint; arrival: string } };

/** The file that symbols are read from, and its source paths and scripts. */
export interface SymbolFile {
  /** ELF file. */
  file: string;
  /** Directories that its debug information names, and where the same files are here. */
  sourcePaths: readonly (readonly [from: string, to: string])[];
  /** A program for gdb that makes use of these symbols: the kernel's `vmlinux-gdb.py`, for the `lx-` commands. */
  scripts?: string;
}

/** A part of a boot in which symbols have one place. */
export interface Phase extends SymbolFile {
  /** The number added to the ELF file's addresses, modulo 2^64. Unset if the phase before determines it. */
  offset?: bigint;
  /** The guest stops when the phase begins. */
  stop?: boolean;
  /** Unset in the last phase. */
  until?: PhaseEnd;
}

/** How the symbols of a session follow the code. */
export interface SymbolPlan {
  phases: readonly Phase[];
  /** The instruction that the guest is let run to; an ELF's symbol, or an address. Unset: it stays at its reset. */
  runTo?: { address: bigint } | { symbol: string } | 'phase';
  /** Where the kernel is in memory as it was loaded, and by how much its notes are off their addresses there. */
  check?: { address: bigint; offset: bigint };
}
