import { MODULES_TAR, SYMBOL_VERSIONS } from '@bringup/kbuild/graph';
import type { PartsInputs } from '../../trees/parts-inputs.js';
import { namedIn } from '../../graph/find-references.js';
import type { References } from '../../graph/references.js';
import { objects } from '../../options/unchecked.js';

/** The files that an initramfs reads for its modules: those of the modules, and the modules and symbols of their kernels. */
export function modulesInputs(
  variants: readonly Readonly<Record<string, unknown>>[],
  references: References,
): PartsInputs {
  const named = new Set(variants.flatMap(({ modules }) => moduleProjects(modules)));
  if (named.size === 0) return { inputs: [], dependsOn: [] };
  const kernels = [...named].flatMap((name) => {
    const declaration = references.declarationOf(name);
    return declaration?.kind === 'kernel-module' ? references.projectsOf(declaration) : [];
  });
  return {
    dependsOn: [...new Set([...named, ...kernels])].map((name) => references.buildOf(name)),
    inputs: [{ dependentTasksOutputFiles: `**/{*.ko,${MODULES_TAR},${SYMBOL_VERSIONS}}` }],
  };
}

/** The projects whose modules an initramfs takes: those of modules, and kernels. */
function moduleProjects(modules: unknown): string[] {
  return objects(modules).flatMap((entry) => namedIn(entry, ['project', 'kernel']));
}
