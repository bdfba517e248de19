import { ubootHostNeeds } from '../kconfig/host-needs.js';
import { editorTargetNames, kconfigTargets } from '../kconfig/targets.js';
import type { UBootOptions } from '../../generated/u-boot-options.js';
import type { KindRow } from '../kind.js';

export const uBoot: KindRow<UBootOptions> = {
  references: () => [],
  targets: kconfigTargets,
  consoleTargets: editorTargetNames,
  hostNeeds: ubootHostNeeds,
  needs: async ({ workspaceRoot }, options) => {
    const { kconfigNeeds } = await import('../kconfig/kconfig-project.js');
    return kconfigNeeds('u-boot', options, workspaceRoot);
  },
};
