import { named } from '../../graph/find-references.js';
import { makeNeeds } from '../kconfig/host-needs.js';
import { kernelModuleTargets } from './targets.js';
import type { KernelModuleOptions } from '../../generated/kernel-module-options.js';
import type { KindRow } from '../kind.js';

export const kernelModule: KindRow<KernelModuleOptions> = {
  references: (options) => named(options, ['kernel']),
  targets: kernelModuleTargets,
  hostNeeds: () => makeNeeds(['flex', 'bison', 'bc', 'perl']),
  needs: async (task, options) => (await import('./needs.js')).kernelModuleNeeds(task, options),
};
