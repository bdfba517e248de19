import { artifacts, each, named, type Reference } from '../../graph/find-references.js';
import { object } from '../../options/unchecked.js';

/** The options of a board's boot path that name projects: a U-Boot and an image for it, a disk, a CD. */
export const BOOTED = ['uBoot', 'image', 'disk', 'iso'];

/** The projects that a board names. */
export function boardReferences(options: Readonly<Record<string, unknown>>): Reference[] {
  return [
    ...named(options, ['kernel', 'initramfs']),
    ...named(object(options.boot), BOOTED, 'boot.'),
    ...artifacts(options, ['dtb']),
    ...each(options, 'drives', (drive, path) => artifacts(drive, ['file'], path)),
    ...artifacts(options, ['firmware']),
  ];
}
