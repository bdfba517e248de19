import { boardHostNeeds } from './host-needs.js';
import { boardReferences } from './references.js';
import { boardTargets } from './targets.js';
import type { QemuOptions } from '../../generated/qemu-options.js';
import type { KindRow } from '../kind.js';

export const board: KindRow<QemuOptions> = {
  references: boardReferences,
  targets: boardTargets,
  consoleTargets: ({ target }) => [target, 'attach', 'debug'],
  // UEFI variables alone, which belong to the guest and not to a build.
  keepsNothing: true,
  hostNeeds: boardHostNeeds,
  needs: async (_task, options) => (await import('./needs.js')).boardNeeds(options),
};
