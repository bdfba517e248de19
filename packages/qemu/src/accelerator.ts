import { UserError } from '@bringup/process';
import type { Accelerator, BoardArch } from './machine-model.js';

/** What the choice of an accelerator depends on. */
export interface HostFacts {
  /** A {@link BoardArch}, or Node's name of another architecture. */
  arch: string;
  /** /dev/kvm opens for reading and writing. */
  kvmUsable: boolean;
  /** The CPU says that it can run guests (`vmx` or `svm` on x86). */
  cpuVirtualisation: boolean;
}

/** The accelerator to use, and why, in words for the user. */
export interface AcceleratorChoice {
  accel: Accelerator;
  reason: string;
}

/**
 * `auto` takes KVM only where it works. That /dev/kvm opens is not enough: on a CPU without `vmx` or `svm` it
 * can open, make a VM, and the guest hangs at the kernel's entry.
 *
 * @throws UserError `KVM_UNAVAILABLE` when KVM is wanted and cannot work
 */
export function chooseAccelerator(
  wanted: 'auto' | Accelerator,
  guest: BoardArch,
  host: HostFacts,
): AcceleratorChoice {
  if (wanted === 'tcg') return { accel: 'tcg', reason: 'TCG, as asked for' };
  const obstacle = kvmObstacle(guest, host);
  if (obstacle === undefined) {
    const reason = wanted === 'kvm' ? 'KVM, as asked for' : `KVM: the host is ${host.arch} too, and has it`;
    return { accel: 'kvm', reason };
  }
  if (wanted === 'auto') return { accel: 'tcg', reason: `TCG: ${obstacle}` };
  throw new UserError('KVM_UNAVAILABLE', `accel kvm cannot work here: ${obstacle}. Use auto or tcg.`, {
    guest,
    ...host,
  });
}

function kvmObstacle(guest: BoardArch, host: HostFacts): string | undefined {
  if (guest !== host.arch) return `the guest is ${guest}, the host ${host.arch}`;
  if (!host.kvmUsable) return '/dev/kvm cannot be opened for reading and writing';
  if (!host.cpuVirtualisation) return "the host's CPU has neither vmx nor svm, and a guest would hang on it";
  return undefined;
}
