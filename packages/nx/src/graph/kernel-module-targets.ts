import type { TargetConfiguration } from '@nx/devkit';
import { ARCHES, toolchainOf, KCONFIG_PROGRAMS, SYMBOL_VERSIONS, toolNames } from '@bringup/kbuild';
import { PLUGIN, type Declaration } from '../project/declaration.js';
import { nxPattern } from '../project/glob.js';
import { defaultModuleSources } from '../project/module-sources.js';
import { allOptions, variantOutput } from '../project/variants.js';
import { engineInputs, lockInput, sourceInputs, type Input } from './inputs.js';
import { mapValues } from './kconfig-targets.js';
import { pathInputs } from './path-inputs.js';
import { referencedProjects, type References } from './references.js';
import { keyOf, text, texts } from './unchecked.js';

/** The targets of a kernel module. Of its kernel, configuration and exported symbols are inputs; the image is not. */
export function kernelModuleTargets(
  declaration: Declaration,
  references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const { target, configurations } = declaration;
  const kernels = referencedProjects(declaration);
  const dependsOn = kernels.map((kernel) => references.buildOf(kernel));
  return {
    update: { executor: `${PLUGIN}:update`, cache: false },
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
        ...kernels.flatMap((kernel) => kernelInputs(references.declarationOf(kernel))),
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
function kernelInputs(kernel: Declaration | undefined): Input[] {
  if (kernel?.kind !== 'kernel') return [];
  const variants = allOptions(kernel);
  const tools = variants.flatMap(({ arch, crossCompile, llvm }) => {
    const known = keyOf(ARCHES, arch);
    if (!known) return [];
    const toolchain = toolchainOf(known, { crossCompile: text(crossCompile), llvm: llvm === true });
    return toolNames(KCONFIG_PROGRAMS.kernel, toolchain);
  });
  return [
    lockInput(kernel.project, [...new Set(tools)]),
    ...variants.flatMap(({ source }) => sourceInputs(source)),
  ];
}
