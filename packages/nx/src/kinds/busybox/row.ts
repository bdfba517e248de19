import { busyboxHostNeeds } from '../kconfig/host-needs.js';
import { editorTargetNames, kconfigTargets } from '../kconfig/targets.js';
import type { BusyboxOptions } from '../../generated/busybox-options.js';
import type { KindRow } from '../kind.js';

export const busybox: KindRow<BusyboxOptions> = {
  references: () => [],
  targets: kconfigTargets,
  consoleTargets: editorTargetNames,
  hostNeeds: busyboxHostNeeds,
  needs: async ({ workspaceRoot }, options) => {
    const { kconfigNeeds } = await import('../kconfig/kconfig-project.js');
    return kconfigNeeds('busybox', options, workspaceRoot);
  },
};
