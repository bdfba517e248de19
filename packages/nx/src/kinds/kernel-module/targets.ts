import type { TargetConfiguration } from '@nx/devkit';
import { SYMBOL_VERSIONS } from '@bringup/kbuild/graph';
import { type Declaration } from '../../workspace/declaration.js';
import { PLUGIN } from '../../options/declared-kinds.js';
import { nxPattern } from '../../workspace/glob.js';
import { defaultModuleSources } from './module-sources.js';
import { allOptions, variantOutput } from '../../workspace/variants.js';
import { engineInputs, lockedSource, lockInputs, sourceInputs, updateTarget } from '../../graph/inputs.js';
import type { Input } from '../../graph/target-parts.js';
import { mapValues } from '../../graph/records.js';
import { kconfigTools } from '../kconfig/targets.js';
import { pathInputs } from '../../graph/path-inputs.js';
import type { References } from '../../graph/references.js';
import { texts } from '../../options/unchecked.js';

/** The targets of a kernel module. The kernel's configuration and exported symbols are inputs; its image is not. */
export function kernelModuleTargets(
  declaration: Declaration,
  references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const { target, configurations } = declaration;
  const kernels = references.projectsOf(declaration);
  const kernelDeclarations = kernels.flatMap((name) => references.declarationOf(name) ?? []);
  const dependsOn = kernels.map((kernel) => references.buildOf(kernel));
  return {
    update: updateTarget(kernelDeclarations.map((kernel) => ({ tools: kernelTools(kernel) }))),
    'compile-commands': {
      executor: `${PLUGIN}:compile-commands`,
      cache: false,
      configurations: mapValues(configurations, () => ({})),
      dependsOn,
    },
    [target]: {
      cache: true,
      dependsOn,
      options: { outputPath: variantOutput(declaration) },
      configurations: mapValues(configurations, (variant) => ({
        outputPath: variantOutput(declaration, variant),
      })),
      inputs: [
        ...moduleSourceInputs(declaration, workspaceRoot),
        // The .config comes from another target of the kernel's than the one that is waited for.
        { dependentTasksOutputFiles: `**/{.config,${SYMBOL_VERSIONS}}`, transitive: true },
        ...kernelDeclarations.flatMap((kernel) => kernelInputs(kernel, workspaceRoot)),
        ...engineInputs(workspaceRoot),
      ],
      outputs: ['*.ko', '*.ko.debug', 'manifest.json'].map((name) => `{options.outputPath}/${name}`),
    },
  };
}

function moduleSourceInputs(declaration: Declaration, workspaceRoot: string): Input[] {
  const inputs: Input[] = [];
  const named: string[] = [];
  for (const { sources } of allOptions(declaration)) {
    if (sources !== undefined) {
      named.push(...texts(sources));
      continue;
    }
    const { patterns, without } = defaultModuleSources(declaration.root);
    inputs.push(
      ...pathInputs({ patterns }, workspaceRoot),
      ...without.map((path) => `!{workspaceRoot}/${nxPattern(path)}`),
    );
  }
  return [...inputs, ...pathInputs({ patterns: named }, workspaceRoot)];
}

/** The source and the tools that a kernel is made with: its modules are made with the same. */
function kernelInputs(kernel: Declaration, workspaceRoot: string): Input[] {
  if (kernel.kind !== 'kernel') return [];
  return [
    ...lockInputs(kernel.root, { source: lockedSource(kernel), tools: kernelTools(kernel) }),
    ...sourceInputs(kernel, 'modules', workspaceRoot),
  ];
}

function kernelTools(kernel: Declaration): string[] {
  return kernel.kind === 'kernel' ? kconfigTools(kernel) : [];
}
