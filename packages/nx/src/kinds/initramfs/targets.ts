import type { TargetConfiguration } from '@nx/devkit';
import { COMPRESSIONS } from '@bringup/rootfs/graph';
import { initramfsDefaults } from '../../generated/initramfs-options.js';
import type { Declaration } from '../../workspace/declaration.js';
import { initramfsName } from '../../workspace/paths.js';
import { compressorLockName } from '../../lock/tools.js';
import { allOptions, variantOutput } from '../../workspace/variants.js';
import { engineInputs, lockInputs, updateTarget } from '../../graph/inputs.js';
import { mapValues } from '../../graph/records.js';
import { modulesInputs } from './modules-inputs.js';
import { partsInputs } from '../../trees/parts-inputs.js';
import type { References } from '../../graph/references.js';

/** The targets of an initramfs project. */
export function initramfsTargets(
  declaration: Declaration,
  references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const compressions = new Set(
    allOptions(declaration).map(
      (own) => COMPRESSIONS.find((name) => name === own.compression) ?? initramfsDefaults.compression,
    ),
  );
  const { inputs, dependsOn } = partsInputs(allOptions(declaration), references, workspaceRoot);
  const modules = modulesInputs(allOptions(declaration), references);
  inputs.push(...modules.inputs);
  dependsOn.push(...modules.dependsOn);
  const tools = [...compressions].map(compressorLockName).filter((tool) => tool !== undefined);
  inputs.push(...lockInputs(declaration.root, { tools }));
  return {
    update: updateTarget([{ tools }]),
    [declaration.target]: {
      cache: true,
      dependsOn,
      options: { outputPath: variantOutput(declaration) },
      configurations: mapValues(declaration.configurations, (variant) => ({
        outputPath: variantOutput(declaration, variant),
      })),
      inputs: [...inputs, ...engineInputs(workspaceRoot)],
      outputs: [...[...compressions].map(initramfsName), 'manifest.json'].map(
        (name) => `{options.outputPath}/${name}`,
      ),
    },
  };
}
