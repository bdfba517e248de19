import { each, named, parts } from '../../graph/find-references.js';
import { diskImageDefaults } from '../../generated/disk-image-options.js';
import { programNeed } from '../../lock/host-need.js';
import { object, textsOf } from '../../options/unchecked.js';
import { diskImageTargets } from './targets.js';
import type { DiskImageOptions } from '../../generated/disk-image-options.js';
import type { KindRow } from '../kind.js';

/** The programs, besides the tools in the lock, that make a file system and read it: `ls`, `cat`, `copy`. */
const FILE_SYSTEM_PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  ext2: ['fakeroot', 'tar', 'e2fsck'],
  ext4: ['fakeroot', 'tar', 'e2fsck'],
  squashfs: ['fakeroot', 'tar', 'unsquashfs'],
  fat: ['mmd', 'mdir'],
};

export const diskImage: KindRow<DiskImageOptions> = {
  references: (options) =>
    each(options, 'partitions', (partition, path) => [
      ...named(partition, ['initramfs'], path),
      ...parts(partition, path),
      ...named(object(partition.boot), ['kernel', 'initramfs'], `${path}boot.`),
    ]),
  targets: diskImageTargets,
  hostNeeds: ({ partitions }) =>
    [
      ...['blkid', 'qemu-img'],
      ...textsOf(partitions, 'fileSystem').flatMap((name) => FILE_SYSTEM_PROGRAMS[name] ?? []),
    ].map(programNeed),
  needs: async (_task, options) =>
    (await import('./needs.js')).diskImageNeeds({ ...diskImageDefaults, ...options }),
};
