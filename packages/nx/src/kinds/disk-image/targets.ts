import type { TargetConfiguration } from '@nx/devkit';
import { BOOT_LOADERS, DISK_FORMATS, FILE_SYSTEMS, type DiskFormat } from '@bringup/disk/graph';
import { diskImageDefaults } from '../../generated/disk-image-options.js';
import { PLUGIN, type Declaration } from '../../workspace/declaration.js';
import { diskImageName, ISO_IMAGE } from '../../workspace/paths.js';
import { defaultFirmware, diskTools, isoTools } from '../../lock/tools.js';
import { allOptions, variantOutput } from '../../workspace/variants.js';
import { engineInputs, lockInputs, updateTarget, type Input } from '../../graph/inputs.js';
import { mapValues } from '../kconfig/targets.js';
import { addArtifact, partsInputs, type PartsInputs } from '../../trees/parts-inputs.js';
import type { References } from '../../graph/references.js';
import { keyOf, object, objects, text, texts } from '../../options/unchecked.js';

/** Published kernels, by the name that each architecture gives them. */
const KERNELS = '{Image,bzImage,zImage}';
const INITRAMFS = 'initramfs.cpio*';
/** Targets that look into a disk's image; each is an executor's name as well. */
const LOOKS = ['ls', 'cat', 'copy', 'convert'];

/** The targets of a disk-image project. */
export function diskImageTargets(
  declaration: Declaration,
  references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const variants = allOptions(declaration);
  const partitions = variants.flatMap((options) => objects(options.partitions));
  const found = partsInputs(partitions, references, workspaceRoot);
  for (const partition of partitions) {
    const initramfs = text(partition.initramfs);
    if (initramfs !== undefined) addArtifact(found, references, initramfs, INITRAMFS);
    addBooted(found, references, object(partition.boot));
  }
  const formats = variants.map(formatOf);
  const tools = variants.flatMap((options, index) =>
    diskTools({
      arch: text(options.arch) ?? '',
      table: text(options.table) ?? diskImageDefaults.table,
      format: formats[index]!,
      fileSystems: objects(options.partitions).flatMap(
        (partition) => keyOf(FILE_SYSTEMS, partition.fileSystem) ?? [],
      ),
      loaders: objects(options.partitions)
        .flatMap((partition) => texts(object(partition.boot).loaders))
        .flatMap((name) => BOOT_LOADERS.find((known) => known === name) ?? []),
    }),
  );
  return imageTargets(declaration, workspaceRoot, found, tools, formats.map(diskImageName), [
    'sizes',
    ...LOOKS,
  ]);
}

/** The targets of an iso-image project. */
export function isoImageTargets(
  declaration: Declaration,
  references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const variants = allOptions(declaration);
  const found = partsInputs(variants, references, workspaceRoot);
  for (const options of variants) addBooted(found, references, options);
  const tools = variants.flatMap(({ arch, firmware }) => {
    const given = texts(firmware);
    return isoTools(text(arch) ?? '', given.length > 0 ? given : defaultFirmware(text(arch) ?? ''));
  });
  return imageTargets(declaration, workspaceRoot, found, tools, [ISO_IMAGE], ['sizes']);
}

function imageTargets(
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

function addBooted(
  found: PartsInputs,
  references: References,
  { kernel, initramfs }: Readonly<Record<string, unknown>>,
): void {
  if (typeof kernel === 'string') addArtifact(found, references, kernel, KERNELS);
  if (typeof initramfs === 'string') addArtifact(found, references, initramfs, INITRAMFS);
}

function formatOf({ format }: Readonly<Record<string, unknown>>): DiskFormat {
  return keyOf(DISK_FORMATS, format) ?? diskImageDefaults.format;
}
