import { UserError } from '@bringup/process';
import type { Accelerator, BoardArch } from '../machine/arch-machines.js';

/** Whether a guest was seen to run under KVM, and if not, what was seen. */
export type KvmProgress = { made: true } | { made: false; reason: string };

/** The facts about the host that decide the accelerator. */
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
 * `auto` takes KVM only where it works. Neither that /dev/kvm opens nor what the CPU says is enough: there are hosts where
 * KVM makes a VM whose guest never gets past the kernel's entry. So a guest has to have been seen to run.
 *
 * @param progress asked for only when nothing else is in KVM's way
 * @throws UserError `KVM_UNAVAILABLE` when KVM is wanted and cannot work
 */
export async function chooseAccelerator(
  wanted: 'auto' | Accelerator,
  guest: BoardArch,
  host: HostFacts,
  progress: () => Promise<KvmProgress>,
): Promise<AcceleratorChoice> {
  if (wanted === 'tcg') return { accel: 'tcg', reason: 'TCG, as asked for' };
  const obstacle = kvmObstacle(guest, host) ?? progressObstacle(await progress());
  if (obstacle === undefined) {
    const reason =
      wanted === 'kvm' ? 'KVM, as asked for' : `KVM: the host is ${host.arch} too, and a guest runs on it`;
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
  if (!host.cpuVirtualisation)
    return "the host's CPU has neither vmx nor svm, so a guest that used /dev/kvm would hang";
  return undefined;
}

function progressObstacle(progress: KvmProgress): string | undefined {
  return progress.made ? undefined : `/dev/kvm opens, but ${progress.reason}`;
}
