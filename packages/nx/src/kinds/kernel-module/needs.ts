import type { KernelModuleOptions } from '../../generated/kernel-module-options.js';
import type { Needs } from '../../lock/locked.js';
import { checkedOptions } from '../../options/checked-options.js';
import { declarationFor } from '../../tasks/referenced.js';
import type { Declared } from '../kind.js';
import { kconfigNeeds } from '../kconfig/kconfig-project.js';

/** The lock entries that a module needs besides its kernel's source: the versions of the kernel's toolchain. */
export function kernelModuleNeeds(task: Declared, { kernel }: KernelModuleOptions): Needs {
  const { options } = declarationFor(task, { option: 'kernel', kind: 'kernel', project: kernel });
  const { toolNames, probe } = kconfigNeeds('kernel', checkedOptions('kernel', options), task.workspaceRoot);
  return { toolNames, probe };
}
