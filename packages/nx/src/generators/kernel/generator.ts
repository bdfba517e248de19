import type { KernelGeneratorOptions } from '../../generated/kernel-generator-options.js';
import { boardMachine } from '../../kinds/board/board-machines.js';
import { sourceOption } from '../../kinds/kconfig/source-option.js';
import { requireFragments } from '../fragments.js';
import { ownPlace } from '../parts.js';
import { asGenerator } from '../run-generator.js';
import { kernelProject } from '../templates.js';

/** `nx g @bringup/nx:kernel` */
export default asGenerator<KernelGeneratorOptions>((workspace, options) => {
  const { name, arch, machine, fragments = [], source = 'debian', directory } = options;
  requireFragments(workspace.tree, fragments);
  const from = sourceOption('kernel', source, options);
  workspace.add(kernelProject(ownPlace(name, directory), boardMachine(arch, machine), from, fragments));
  workspace.notes.push(
    `Build it: nx run ${name}:build`,
    `Look at its configuration: nx run ${name}:menuconfig`,
  );
});
