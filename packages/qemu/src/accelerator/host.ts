import { constants, close, open, readFile } from 'fs-extra';
import type { HostFacts } from './accelerator.js';
import type { BoardArch } from '../machine/arch-machines.js';

const ARCH_OF_NODE: Readonly<Record<string, BoardArch>> = { x64: 'x86_64', arm64: 'arm64' };

/** Looks at this machine. Never fails: what cannot be read is not there. */
export async function probeHost(): Promise<HostFacts> {
  const arch = ARCH_OF_NODE[process.arch] ?? process.arch;
  const kvmUsable = await opens('/dev/kvm');
  const cpuinfo = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  // arm64 has no flag for it: there, the device exists only when the kernel was entered at EL2.
  const cpuVirtualisation = arch === 'x86_64' ? hasVirtualisationFlag(cpuinfo) : kvmUsable;
  return { arch, kvmUsable, cpuVirtualisation };
}

/** Whether a CPU of an x86 /proc/cpuinfo has Intel's (`vmx`) or AMD's (`svm`) virtualisation. */
export function hasVirtualisationFlag(cpuinfo: string): boolean {
  return /^flags\s*:.*\b(vmx|svm)\b/m.test(cpuinfo);
}

/** Names this boot of the host (random(4)); undefined where the kernel does not. */
export async function readBootId(): Promise<string | undefined> {
  const id = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return id.trim() || undefined;
}

/** The kinds of CPU in this machine: x86 has names for them, other architectures numbers. */
export async function readHostCpu(): Promise<string> {
  const cpuinfo = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const lines =
    cpuinfo.match(/^(model name|CPU (implementer|variant|part|revision)|isa|uarch)\s*:.*$/gm) ?? [];
  return [...new Set(lines)].join('\n');
}

async function opens(path: string): Promise<boolean> {
  try {
    await close(await open(path, constants.O_RDWR));
    return true;
  } catch {
    return false;
  }
}
