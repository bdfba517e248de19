import type { FullDiskImageOptions } from '../../generated/disk-image-options.js';
import { imageNeeds } from '../../images/needs.js';
import type { Needs } from '../../lock/locked.js';
import { diskTools } from '../../lock/tools.js';

/** The lock entries that a disk-image project needs. */
export function diskImageNeeds({ arch, table, format, partitions }: FullDiskImageOptions): Needs {
  const fileSystems = partitions.map(({ fileSystem }) => fileSystem);
  const loaders = partitions.flatMap(({ boot }) => boot?.loaders ?? []);
  return imageNeeds(diskTools({ arch, table, format, fileSystems, loaders }));
}
