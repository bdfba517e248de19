import { join } from 'node:path';
import { ARCHITECTURES } from '@bringup/process';
import { chooseAccelerator, type AcceleratorChoice } from './accelerator.js';
import { probeHost, readBootId, readHostCpu } from './host.js';
import { probeKvm } from './kvm-probe.js';
import { defaultCpu, type Accelerator, type BoardArch } from '../machine/arch-machines.js';

/** A board, as far as the choice of its accelerator depends on it. */
interface AcceleratorWish {
  wanted: 'auto' | Accelerator;
  arch: BoardArch;
  /** Default: the arch's QEMU. */
  binary?: string;
  /** `-cpu`; default: the arch's for KVM. */
  cpu?: string;
  /** A directory of the user's for what is remembered between runs. */
  home: string;
  signal?: AbortSignal;
}

/**
 * {@link chooseAccelerator} on this machine. A remembered "no" never refuses a user who asks for KVM by name.
 *
 * @throws UserError `KVM_UNAVAILABLE`; the signal's reason when aborted
 */
export async function selectAccelerator(wish: AcceleratorWish): Promise<AcceleratorChoice> {
  const { wanted, arch, home, signal } = wish;
  return chooseAccelerator(wanted, arch, await probeHost(), async () =>
    probeKvm({
      arch,
      binary: wish.binary ?? ARCHITECTURES[arch].emulator,
      cpu: wish.cpu ?? defaultCpu(arch, 'kvm'),
      bootId: await readBootId(),
      hostCpu: await readHostCpu(),
      directory: join(home, 'kvm'),
      distrustNo: wanted === 'kvm',
      signal,
    }),
  );
}
