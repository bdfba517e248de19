import type { TargetConfiguration } from '@nx/devkit';
import { engineInputs, lockInputs, updateTarget } from '../graph/inputs.js';
import type { Input } from '../graph/target-parts.js';
import { mapValues } from '../graph/records.js';
import type { References } from '../graph/references.js';
import { addArtifact, type PartsInputs } from '../trees/parts-inputs.js';
import { type Declaration } from '../workspace/declaration.js';
import { PLUGIN } from '../options/declared-kinds.js';
import { variantOutput } from '../workspace/variants.js';

/** Published kernels, by the name that each architecture gives them. */
const KERNELS = '{Image,bzImage,zImage}';
export const INITRAMFS = 'initramfs.cpio*';

/**
 * The targets of a project that makes an image.
 *
 * @param found what the image is made from
 * @param tools as they stand in the lock
 * @param artifacts names of what is published, besides the manifest
 * @param siblings targets that look into the image; each is an executor's name as well
 */
export function imageTargets(
  declaration: Declaration,
  workspaceRoot: string,
  found: PartsInputs,
  tools: readonly string[],
  artifacts: readonly string[],
  siblings: readonly string[],
): Record<string, TargetConfiguration> {
  const inputs: Input[] = [...found.inputs, ...lockInputs(declaration.root, { tools })];
  return {
    update: updateTarget([{ tools }]),
    ...Object.fromEntries(
      siblings.map((name) => [
        name,
        {
          executor: `${PLUGIN}:${name}`,
          cache: false,
          dependsOn: [declaration.target],
          configurations: mapValues(declaration.configurations, () => ({})),
        },
      ]),
    ),
    [declaration.target]: {
      cache: true,
      dependsOn: found.dependsOn,
      options: { outputPath: variantOutput(declaration) },
      configurations: mapValues(declaration.configurations, (variant) => ({
        outputPath: variantOutput(declaration, variant),
      })),
      inputs: [...inputs, ...engineInputs(workspaceRoot)],
      outputs: [...new Set([...artifacts, 'manifest.json'])].map((name) => `{options.outputPath}/${name}`),
    },
  };
}

/** Adds the kernel and the initramfs that boot from an image as parts of it. */
export function addBooted(
  found: PartsInputs,
  references: References,
  { kernel, initramfs }: Readonly<Record<string, unknown>>,
): void {
  if (typeof kernel === 'string') addArtifact(found, references, kernel, KERNELS);
  if (typeof initramfs === 'string') addArtifact(found, references, initramfs, INITRAMFS);
}
