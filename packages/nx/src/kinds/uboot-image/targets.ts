import { posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import type { Declaration } from '../../workspace/declaration.js';
import { SIGNED_DTB, UBOOT_IMAGES } from '../../workspace/paths.js';
import { ubootImageTools } from '../../lock/tools.js';
import { allOptions, variantOutput } from '../../workspace/variants.js';
import { engineInputs, lockInputs, updateTarget } from '../../graph/inputs.js';
import { mapValues } from '../../graph/records.js';
import { pathInputs } from '../../graph/path-inputs.js';
import type { References } from '../../graph/references.js';
import { text, texts } from '../../options/unchecked.js';

/** The files that an image is made from, among all that the tasks before it publish. */
const PACKED_FILES = '**/{Image,zImage,initramfs.cpio*,mkimage,u-boot.bin}';

/** The targets of a project that makes an image for U-Boot. */
export function ubootImageTargets(
  declaration: Declaration,
  references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const all = allOptions(declaration);
  const files = all.flatMap(namedFiles);
  const tools = [...new Set(all.flatMap((options) => ubootImageTools(options)))];
  return {
    update: updateTarget([{ tools }]),
    [declaration.target]: {
      cache: true,
      dependsOn: references.projectsOf(declaration).map((name) => references.buildOf(name)),
      options: { outputPath: variantOutput(declaration) },
      configurations: mapValues(declaration.configurations, (variant) => ({
        outputPath: variantOutput(declaration, variant),
      })),
      inputs: [
        { dependentTasksOutputFiles: PACKED_FILES },
        // A private key is rarely one of git's files, and Nx hashes no others.
        ...pathInputs({ modes: files }, workspaceRoot),
        ...lockInputs(declaration.root, { tools }),
        ...engineInputs(workspaceRoot),
      ],
      outputs: [...Object.values(UBOOT_IMAGES), SIGNED_DTB, 'manifest.json'].map(
        (name) => `{options.outputPath}/${name}`,
      ),
    },
  };
}

/** The files of the workspace that options name: device trees, and both files of a key. */
function namedFiles(options: Readonly<Record<string, unknown>>): string[] {
  const { keyDirectory, keyName, controlDtb } = (options.sign ?? {}) as Record<string, unknown>;
  const [directory, name] = [text(keyDirectory), text(keyName)];
  const key =
    directory === undefined || name === undefined
      ? []
      : ['key', 'crt'].map((suffix) => posix.join(directory, `${name}.${suffix}`));
  return texts([options.dtb, controlDtb, ...key]);
}
