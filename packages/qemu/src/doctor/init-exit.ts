import type { Match } from './signature.js';

/** Remedies for an init that a signal ended, by the signal's number. The numbers are those of all architectures but MIPS, where 7 and 10 differ. */
const SIGNALS: Readonly<Record<number, { readonly name: string; readonly remedy: string }>> = {
  4: {
    name: 'SIGILL, an instruction that this CPU does not have',
    remedy:
      "give the board a CPU that has it (option cpu: 'max' has all that QEMU knows), or build init and its libraries for this one (-march=)",
  },
  5: {
    name: 'SIGTRAP',
    remedy: 'init ran into a trap, as abort() and sanitizers use: run it in a shell to see why',
  },
  6: { name: 'SIGABRT, by itself', remedy: 'init called abort(): its last words in the console say why' },
  7: {
    name: 'SIGBUS',
    remedy: 'init read past the end of a file or a device, or at an odd address: run it in a shell under gdb',
  },
  8: { name: 'SIGFPE', remedy: 'init divided by zero: run it in a shell under gdb' },
  9: {
    name: 'SIGKILL',
    remedy: 'give the board more memory (option memory), if the kernel killed it for the lack of it',
  },
  11: {
    name: 'SIGSEGV, an invalid access',
    remedy:
      'init crashed: run it in a shell (rdinit=/bin/sh) to see where. Programs without a C library must end by the system call exit, and not by return',
  },
  31: {
    name: 'SIGSYS, a system call that the kernel refuses',
    remedy: 'turn on what init needs in the kernel, or drop its seccomp filter',
  },
};

const CODES: Readonly<Record<number, string>> = {
  126: 'a script of init found a program that it may not execute: make it executable',
  127: 'a script of init called a program that is not there: its name is in the console above',
};

/**
 * The end of init, from its status as wait(2) gives it: the exit code in the second byte, the signal in the first (kernel/exit.c hands it
 * to panic()).
 */
export function describeExit(status: number): Match {
  const signal = status & 0x7f;
  const code = (status >> 8) & 0xff;
  const ended = 'init ended, which it must never do: ';
  if (signal !== 0) {
    const known = SIGNALS[signal];
    return {
      cause: `${ended}by signal ${signal}${known ? ` (${known.name})` : ''}`,
      remedy: known?.remedy ?? 'run init in a shell (rdinit=/bin/sh) to see why',
    };
  }
  const failed = code === 0 ? undefined : (CODES[code] ?? ofProgram(code));
  return {
    cause: `${ended}with exit code ${code}`,
    remedy: `end /init with \`exec sh\`, or with a power-off${failed === undefined ? '' : `; ${failed}`}`,
  };
}

/** A shell exits with 128 and the signal's number when a signal ended the last program that it ran. */
function ofProgram(code: number): string {
  const known = SIGNALS[code - 128];
  return known
    ? `a program that it ran was ended by signal ${code - 128} (${known.name}): ${known.remedy}`
    : 'its last words in the console may say why it failed';
}
