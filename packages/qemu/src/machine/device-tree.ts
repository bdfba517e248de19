import { join } from 'node:path';
import { copy } from 'fs-extra';
import {
  quoteCommand,
  runProgram,
  ToolError,
  UserError,
  withTemporaryDirectory,
  writeAllAside,
} from '@bringup/process';
import { planMachineOnly } from './machine.js';
import { type MachineOptions } from './machine-model.js';
import { ARCH_MACHINES, ubootStart, type BoardArch } from './arch-machines.js';

/** The properties of a machine that shape its device tree. */
export type BareMachine = Pick<
  MachineOptions,
  'arch' | 'machine' | 'cpu' | 'smp' | 'memoryMiB' | 'binary' | 'extraArgs'
> & {
  /** U-Boot: with a firmware the machine has other devices than without (arm64's virt: no GPIO controller, but ACPI's). */
  firmware?: string;
};

/** Arches whose generic machine has an option to leave the kernel's random seeds out of its device tree. */
export const DUMPED_ARCHES = ['arm64', 'arm'] as const;

/**
 * Writes the device tree that QEMU makes for a machine: `-machine …,dumpdtb=FILE`, which ends before a guest runs. For the
 * generic machines of {@link DUMPED_ARCHES} it is the same each time.
 *
 * @throws ToolError `TOOL_MISSING`, `TOOL_FAILED`
 */
export async function dumpDeviceTreeBlob(
  { firmware, extraArgs = [], ...machine }: BareMachine,
  path: string,
  options: { signal?: AbortSignal; onCommand?: (command: string) => void } = {},
): Promise<void> {
  const { machine: generic } = ARCH_MACHINES[machine.arch];
  const seeded = DUMPED_ARCHES.some((arch) => arch === machine.arch);
  const isGeneric = (machine.machine ?? generic).split(',')[0] === generic;
  const argv = planMachineOnly(
    {
      ...machine,
      extraArgs: [
        ...(firmware === undefined ? [] : [ubootStart(machine.arch).option, firmware]),
        ...extraArgs,
      ],
    },
    { ...(seeded && isGeneric ? { 'dtb-randomness': 'off' } : {}), dumpdtb: path },
  );
  options.onCommand?.(quoteCommand(argv));
  await runProgram(argv, { signal: options.signal });
}

/**
 * Writes a machine's device tree as blob and as source.
 *
 * @throws UserError `NO_DEVICE_TREE` for a machine that has none; ToolError `TOOL_MISSING`, `TOOL_FAILED`
 */
export async function dumpDeviceTree(
  machine: BareMachine,
  files: { blob: string; source: string },
  options: { signal?: AbortSignal; onCommand?: (command: string) => void } = {},
): Promise<void> {
  const { signal } = options;
  const name = machine.machine ?? ARCH_MACHINES[machine.arch].machine;
  const others = (Object.keys(ARCH_MACHINES) as BoardArch[]).filter((arch) => ARCH_MACHINES[arch].deviceTree);
  const none = (cause?: unknown) => {
    const message = `${machine.arch}, machine ${name}: QEMU makes no device tree for it. Boards of ${others.join(', ')} have one`;
    return new UserError('NO_DEVICE_TREE', message, { arch: machine.arch, machine: name }, cause);
  };
  if (!ARCH_MACHINES[machine.arch].deviceTree) throw none();
  await withTemporaryDirectory('dtb', async (scratch) => {
    const [blob, source] = [join(scratch, 'machine.dtb'), join(scratch, 'machine.dts')];
    await dumpDeviceTreeBlob(machine, blob, options);
    // -q: a generated tree has what dtc warns of by the dozen.
    await runProgram(['dtc', '-q', '-q', '-I', 'dtb', '-O', 'dts', '-o', source, blob], { signal }).catch(
      (error: unknown) => {
        // A machine without a device tree ignores dumpdtb or writes nothing.
        throw error instanceof ToolError && error.code === 'TOOL_FAILED' ? none(error) : error;
      },
    );
    await writeAllAside([
      { path: files.blob, write: (aside) => copy(blob, aside) },
      { path: files.source, write: (aside) => copy(source, aside) },
    ]);
  });
}
