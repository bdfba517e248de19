import { named } from '../../graph/find-references.js';
import { ubootImageTargets } from './targets.js';
import type { UbootImageOptions } from '../../generated/uboot-image-options.js';
import type { KindRow } from '../kind.js';

export const ubootImage: KindRow<UbootImageOptions> = {
  references: (options) => named(options, ['kernel', 'initramfs', 'uBoot']),
  targets: ubootImageTargets,
  hostNeeds: () => [],
  needs: async (_task, options) => (await import('./needs.js')).ubootImageNeeds(options),
};
