import { join } from 'node:path';
import { dumpDeviceTree } from '@bringup/qemu';
import { ensureLocked, noteTools } from '../../../lock/locked.js';
import { outputDirectory } from '../../../tasks/output-directory.js';
import { qemuNeeds } from '../needs.js';
import { dtbDefaults, type DtbOptions } from '../../../generated/dtb-options.js';
import type { Task } from '../../../tasks/task.js';

/** `@bringup/nx:dtb`: see schema.json. */
export default async function dtbExecutor(task: Task, given: DtbOptions): Promise<void> {
  const options = { ...dtbDefaults, ...given };
  const needs = qemuNeeds(options.arch, options.qemu);
  await noteTools(task, await ensureLocked(task, needs), needs.probe);
  const output = outputDirectory(task, options.outputPath);
  const [blob, source] = [join(output, 'machine.dtb'), join(output, 'machine.dts')];
  const { arch, machine, cpu, smp, memory, qemu, extraArgs } = options;
  await dumpDeviceTree(
    { arch, machine, cpu, smp, memoryMiB: memory, binary: qemu, extraArgs },
    { blob, source },
    { signal: task.signal, onCommand: task.command },
  );
  if (options.json) console.log(JSON.stringify({ blob, source }));
  else task.note(`wrote ${blob} and ${source}`);
}
