import type { TargetConfiguration } from '@nx/devkit';
import { COMPRESSIONS } from '@bringup/rootfs';
import { initramfsDefaults } from '../generated/initramfs-options.js';
import { PLUGIN, type Declaration } from '../project/declaration.js';
import { initramfsName } from '../project/paths.js';
import { parseFileReference } from '../project/references.js';
import { compressorLockName } from '../project/tools.js';
import { allOptions, variantOutput } from '../project/variants.js';
import { engineInputs, fileInputs, lockInput, treeInput, type Input } from './inputs.js';
import { mapValues } from './kconfig-targets.js';
import type { References } from './references.js';
import { text, texts, textsOf } from './unchecked.js';

/** The targets of an initramfs project. */
export function initramfsTargets(
  declaration: Declaration,
  references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const { options } = declaration;
  const compressions = new Set(
    allOptions(declaration).map(
      (own) => COMPRESSIONS.find((name) => name === own.compression) ?? initramfsDefaults.compression,
    ),
  );
  const busybox = text(options.busybox);
  const inputs: Input[] = [];
  const dependsOn: TargetConfiguration['dependsOn'] = [];
  const trees: string[] = [];
  if (busybox !== undefined) {
    dependsOn.push(references.buildOf(busybox));
    inputs.push({ dependentTasksOutputFiles: '**/busybox.tar' });
  }
  for (const from of textsOf(options.files, 'from')) {
    const file = parseFileReference(from);
    if (file.kind === 'artifact') {
      dependsOn.push(references.buildOf(file.project));
      inputs.push({ dependentTasksOutputFiles: `**/${file.artifact}` });
    } else {
      inputs.push(...fileInputs(file.path));
      trees.push(file.path);
    }
  }
  for (const overlay of texts(options.overlays)) {
    inputs.push(...fileInputs(`${overlay}/**/*`));
    trees.push(overlay);
  }
  // Nx hashes content only: a mode, a symlink or an ignored file would change the image and not the hash.
  if (trees.length > 0) inputs.push(treeInput(trees));
  const tools = [...compressions].map(compressorLockName).filter((tool) => tool !== undefined);
  if (tools.length > 0) inputs.push(lockInput(undefined, tools));
  return {
    update: { executor: `${PLUGIN}:update`, cache: false },
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
