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
import { ARCH_MACHINES, type MachineOptions } from './machine-model.js';

/** What of a machine shapes its device tree. */
export type BareMachine = Pick<
  MachineOptions,
  'arch' | 'machine' | 'cpu' | 'smp' | 'memoryMiB' | 'binary' | 'extraArgs'
>;

/**
 * Writes the device tree that QEMU makes for a machine: `-machine …,dumpdtb=FILE`, which ends before a guest runs.
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
  const none = (cause?: unknown) => {
    const message = `${machine.arch}, machine ${name}: QEMU makes no device tree for it. arm64, arm and riscv64 boards have one`;
    return new UserError('NO_DEVICE_TREE', message, { arch: machine.arch, machine: name }, cause);
  };
  if (machine.arch === 'x86_64') throw none();
  await withTemporaryDirectory('dtb', async (scratch) => {
    const [blob, source] = [join(scratch, 'machine.dtb'), join(scratch, 'machine.dts')];
    const argv = planMachineOnly(machine, { dumpdtb: blob });
    options.onCommand?.(quoteCommand(argv));
    await runProgram(argv, { signal });
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
