import type { TargetConfiguration } from '@nx/devkit';
import { BOOT_LOADERS, DISK_FORMATS, FILE_SYSTEMS, type DiskFormat } from '@bringup/disk/graph';
import { diskImageDefaults } from '../../generated/disk-image-options.js';
import type { Declaration } from '../../workspace/declaration.js';
import { diskImageName } from '../../workspace/paths.js';
import { diskTools } from '../../lock/tools.js';
import { allOptions } from '../../workspace/variants.js';
import { addBooted, imageTargets, INITRAMFS } from '../../images/image-targets.js';
import { addArtifact, partsInputs } from '../../trees/parts-inputs.js';
import type { References } from '../../graph/references.js';
import { keyOf, object, objects, text, texts } from '../../options/unchecked.js';

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

function formatOf({ format }: Readonly<Record<string, unknown>>): DiskFormat {
  return keyOf(DISK_FORMATS, format) ?? diskImageDefaults.format;
}
