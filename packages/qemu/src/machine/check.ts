import { totalmem } from 'node:os';
import { ARCHITECTURES, nearNames, probeVersion, runProgram, UserError } from '@bringup/process';
import { type MachineOptions } from './machine-model.js';
import { checkShares } from './check-shares.js';
import { checkHostPorts } from './host-ports.js';
import type { Drive } from './drives.js';
import type { NetworkInterface } from './network.js';
import type { Share } from './shares.js';
import { checkTap } from './tap.js';

/** The properties of a machine that the host may not support. */
export type CheckedMachine = Pick<
  MachineOptions,
  'arch' | 'binary' | 'machine' | 'cpu' | 'memoryMiB' | 'watchdog'
> & {
  network?: readonly NetworkInterface[];
  drives?: readonly Drive[];
  shares?: readonly Share[];
  /** Ports of the loopback address that QEMU is to listen on. */
  ports?: readonly number[];
};

/**
 * Looks for anything that would make QEMU fail, before QEMU is started.
 *
 * @throws UserError `MEMORY_TOO_LARGE`, `UNKNOWN_MACHINE`, `UNKNOWN_CPU`, `QEMU_TOO_OLD`, `SHARE_MISSING`,
 * `SHARES_UNUSABLE`, `IMAGE_UNUSABLE`, `TAP_UNAVAILABLE`, `PORT_UNAVAILABLE`
 * @throws ToolError `TOOL_MISSING`, `NO_USER_NAMESPACE`
 */
export async function checkMachine(machine: CheckedMachine, host = { bytes: totalmem() }): Promise<void> {
  checkMemory(machine.memoryMiB, host.bytes);
  const binary = machine.binary ?? ARCHITECTURES[machine.arch].emulator;
  await checkName(binary, 'machine', machine.machine);
  await checkName(binary, 'cpu', machine.cpu);
  if (machine.watchdog) await checkVersion(binary, 'watchdog', FIRST_WITH_ACTION);
  await checkShares(machine.shares ?? []);
  for (const drive of machine.drives ?? []) await checkImage(drive);
  const network = machine.network ?? [];
  for (const card of network) if (card.type === 'tap') await checkTap(card.ifname);
  const ports = (machine.ports ?? []).map((port) => ({
    ...({ protocol: 'tcp', guestPort: 0 } as const),
    hostPort: port,
  }));
  await checkHostPorts([...network, { type: 'user', forwards: ports }]);
}

function checkMemory(memoryMiB: number | undefined, hostBytes: number): void {
  const hostMiB = Math.floor(hostBytes / 2 ** 20);
  if (memoryMiB === undefined || memoryMiB <= hostMiB) return;
  const message = `memory: the guest is to have ${memoryMiB} MiB, but this machine has ${hostMiB} MiB. Give it less`;
  throw new UserError('MEMORY_TOO_LARGE', message, { memoryMiB, hostMiB });
}

/** @param given a name that may carry properties, as `virt,gic-version=3` */
async function checkName(binary: string, kind: 'machine' | 'cpu', given: string | undefined): Promise<void> {
  const name = given?.split(',')[0];
  if (name === undefined || name === '' || name.includes('=')) return;
  const known = await listNames(binary, kind);
  if (known.length === 0 || known.includes(name)) return;
  const near = nearNames(name, known);
  const message =
    `${kind}: ${binary} has no ${kind} "${name}". ` +
    (near.length > 0 ? `Near it are ${near.join(', ')}` : `"${binary} -${kind} help" lists them`);
  throw new UserError(kind === 'cpu' ? 'UNKNOWN_CPU' : 'UNKNOWN_MACHINE', message, { name, near });
}

/** The names of QEMU's own list: the first word of a line behind its heading; for x86's CPUs the second, behind `x86`. */
async function listNames(binary: string, kind: 'machine' | 'cpu'): Promise<string[]> {
  const names: string[] = [];
  let within = false;
  // A CPU model is asked of a machine, and some machines have none by default.
  const machine = kind === 'cpu' ? ['-machine', 'none'] : [];
  await runProgram([binary, ...machine, `-${kind}`, 'help'], {
    timeoutMs: 20_000,
    onLine: (line) => {
      if (/^(Supported machines are|Available CPUs):/.test(line)) within = true;
      else if (/^\s*$/.test(line) || /^Recognized/.test(line)) within = false;
      else if (within) names.push(...(/^\s*(?:x86\s+)?(\S+)/.exec(line)?.slice(1) ?? []));
    },
  });
  // host is there with KVM only, and then not always listed.
  return names.length > 0 && kind === 'cpu' ? [...names, 'host', 'max'] : names;
}

/** `-action` came with QEMU 6.0 (its ChangeLog). */
const FIRST_WITH_ACTION = 6;

async function checkVersion(binary: string, option: string, wanted: number): Promise<void> {
  const line = await probeVersion(binary);
  const major = /version (\d+)\./.exec(line)?.[1];
  if (major === undefined || Number(major) >= wanted) return;
  const message = `${option}: needs QEMU ${wanted}.0 or later, but ${binary} is: ${line}. Leave the option out, or name a newer one in "qemu"`;
  throw new UserError('QEMU_TOO_OLD', message, { option, version: line });
}

/** qemu-img takes the locks that QEMU would, and reads the header as the format that was given. */
async function checkImage({ file, format }: Drive): Promise<void> {
  try {
    await runProgram(['qemu-img', 'info', '-f', format, file], { timeoutMs: 20_000 });
  } catch (error) {
    const { stderr = (error as Error).message } = error as { stderr?: string };
    if ((error as { code?: string }).code === 'TOOL_MISSING') throw error;
    const locked = /Failed to get .*lock/.test(`${stderr}${(error as Error).message}`);
    const why = locked
      ? 'another QEMU has it open for writing. End that one (its own keepWrites), or take a copy'
      : `it cannot be opened as ${format}. Correct "format" or "file"`;
    const message = `drives: ${file}: ${why}`;
    throw new UserError('IMAGE_UNUSABLE', message, { file, format, locked }, error);
  }
}
