import { named } from '../../graph/find-references.js';
import { kernelHostNeeds } from '../kconfig/host-needs.js';
import { editorTargetNames, kconfigTargets } from '../kconfig/targets.js';
import type { KernelOptions } from '../../generated/kernel-options.js';
import type { KindRow } from '../kind.js';

export const kernel: KindRow<KernelOptions> = {
  references: (options) => named(options, ['embeddedInitramfs']),
  targets: kconfigTargets,
  consoleTargets: editorTargetNames,
  hostNeeds: kernelHostNeeds,
  needs: async ({ workspaceRoot }, options) => {
    const { kconfigNeeds } = await import('../kconfig/kconfig-project.js');
    return kconfigNeeds('kernel', options, workspaceRoot);
  },
};
