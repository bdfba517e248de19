import { runProgram, type Argv } from '@bringup/process';
import { ARCH_MACHINES } from './machine-model.js';
import { formatProperties } from './properties.js';

/** Arches whose machine can be told to leave the random seeds for the kernel out of its device tree. */
export const DUMPED_ARCHES = ['arm64', 'arm'] as const;

export interface DeviceTreeOptions {
  arch: (typeof DUMPED_ARCHES)[number];
  /** U-Boot: with a firmware the machine has other devices than without (virt: no GPIO controller, but ACPI's). */
  firmware: string;
}

/**
 * The command that writes the device tree of an arch's generic board with one CPU and 256 MiB to `path`, the same each
 * time. QEMU puts the memory that the board really has into a tree that it is given by `-dtb`.
 */
export function planDeviceTreeDump(path: string, { arch, firmware }: DeviceTreeOptions): Argv {
  const { binary, machine, cpu, uBootOption } = ARCH_MACHINES[arch];
  const properties = formatProperties(machine, { 'dtb-randomness': 'off', dumpdtb: path });
  return [
    binary,
    ...['-machine', properties],
    ...['-cpu', cpu.tcg],
    ...['-smp', '1'],
    ...['-m', '256M'],
    '-nodefaults',
    ...['-display', 'none'],
    ...['-nic', 'none'],
    ...[uBootOption, firmware],
  ];
}

/** Runs {@link planDeviceTreeDump}. @throws ToolError `TOOL_MISSING`, `TOOL_FAILED` */
export async function dumpDeviceTree(
  path: string,
  { signal, ...options }: DeviceTreeOptions & { signal?: AbortSignal },
): Promise<void> {
  await runProgram(planDeviceTreeDump(path, options), { signal });
}
