import { each, named, parts } from '../../graph/find-references.js';
import { initramfsDefaults } from '../../generated/initramfs-options.js';
import { programNeed } from '../../lock/host-need.js';
import { objects } from '../../options/unchecked.js';
import { initramfsTargets } from './targets.js';
import type { InitramfsOptions } from '../../generated/initramfs-options.js';
import type { KindRow } from '../kind.js';

export const initramfs: KindRow<InitramfsOptions> = {
  references: (options) => [
    ...parts(options),
    ...each(options, 'modules', (entry, path) => named(entry, ['project', 'kernel'], path)),
  ],
  targets: initramfsTargets,
  // Those of a kernel or a project get depmod's data; a name alone is of another part.
  hostNeeds: ({ modules }) => (objects(modules).length > 0 ? [programNeed('depmod')] : []),
  needs: async (_task, { compression = initramfsDefaults.compression }) =>
    (await import('./needs.js')).compressorNeeds(compression),
};
