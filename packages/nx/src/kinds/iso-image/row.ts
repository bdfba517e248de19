import { named, parts } from '../../graph/find-references.js';
import { programNeed } from '../../lock/host-need.js';
import { isoImageTargets } from './targets.js';
import type { IsoImageOptions } from '../../generated/iso-image-options.js';
import type { KindRow } from '../kind.js';

export const isoImage: KindRow<IsoImageOptions> = {
  references: (options) => [...named(options, ['kernel', 'initramfs']), ...parts(options)],
  targets: isoImageTargets,
  hostNeeds: () => ['fakeroot', 'tar', 'mmd'].map(programNeed),
  needs: async (_task, options) => (await import('./needs.js')).isoImageNeeds(options),
};
