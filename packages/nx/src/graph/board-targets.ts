import type { TargetConfiguration } from '@nx/devkit';
import { ARCH_MACHINES } from '@bringup/qemu';
import { PLUGIN, type Declaration } from '../project/declaration.js';
import { qemuLockName } from '../project/tools.js';
import { variantOutput } from '../project/variants.js';
import { engineInputs, lockInput } from './inputs.js';
import { mapValues } from './kconfig-targets.js';
import type { References } from './references.js';
import { keyOf, text, texts } from './unchecked.js';

/** The targets of a board project. */
export function boardTargets(
  declaration: Declaration,
  references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const { options, target, configurations } = declaration;
  const dependsOn = texts([options.kernel, options.initramfs]).map((name) => references.buildOf(name));
  const arch = keyOf(ARCH_MACHINES, options.arch);
  // A variant of a board is first of all one of its kernel; its configuration may change the machine as well.
  const variants = mapValues(configurations, (_variant, own) => ({ ...own }));
  const machine = { options: { ...options }, configurations: variants };
  return {
    update: { executor: `${PLUGIN}:update`, cache: false },
    build: { executor: 'nx:noop', dependsOn, configurations: mapValues(variants, () => ({})) },
    [target]: { cache: false, dependsOn, configurations: mapValues(variants, () => ({})) },
    command: { executor: `${PLUGIN}:command`, cache: false, ...machine },
    test: {
      executor: `${PLUGIN}:test`,
      cache: true,
      dependsOn,
      options: { ...options, outputPath: variantOutput(declaration) },
      configurations: mapValues(variants, (variant, own) => ({
        ...own,
        outputPath: variantOutput(declaration, variant),
      })),
      inputs: [
        { dependentTasksOutputFiles: '**/{Image,bzImage,initramfs.cpio*}' },
        ...(arch ? [lockInput(undefined, [qemuLockName(arch, text(options.qemu))])] : []),
        ...engineInputs(workspaceRoot),
      ],
      outputs: ['console.log', 'test.json'].map((name) => `{options.outputPath}/${name}`),
    },
  };
}
