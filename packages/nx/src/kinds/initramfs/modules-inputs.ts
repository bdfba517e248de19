import { MODULES_TAR, SYMBOL_VERSIONS } from '@bringup/kbuild/graph';
import type { PartsInputs } from '../../trees/parts-inputs.js';
import { moduleProjects, referencedProjects, type References } from '../../graph/references.js';

/** What an initramfs reads of the modules that it takes: their files, and of their kernels the own modules and symbols. */
export function modulesInputs(
  variants: readonly Readonly<Record<string, unknown>>[],
  references: References,
): PartsInputs {
  const named = new Set(variants.flatMap(({ modules }) => moduleProjects(modules)));
  if (named.size === 0) return { inputs: [], dependsOn: [] };
  const kernels = [...named].flatMap((name) => {
    const declaration = references.declarationOf(name);
    return declaration?.kind === 'kernel-module' ? referencedProjects(declaration) : [];
  });
  return {
    dependsOn: [...new Set([...named, ...kernels])].map((name) => references.buildOf(name)),
    inputs: [{ dependentTasksOutputFiles: `**/{*.ko,${MODULES_TAR},${SYMBOL_VERSIONS}}` }],
  };
}
