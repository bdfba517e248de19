import type { TargetConfiguration } from '@nx/devkit';
import {
  ARCHES,
  dtbName,
  GDB_SCRIPTS,
  KCONFIG_PROGRAMS,
  MODULES_DEBUG_TAR,
  MODULES_TAR,
  SYMBOL_VERSIONS,
  toolchainOf,
  toolNames,
  type ProgramName,
} from '@bringup/kbuild/graph';
import { PLUGIN, type Declaration } from '../../workspace/declaration.js';
import { allOptions, variantOutput } from '../../workspace/variants.js';
import {
  configurationInputs,
  directoryOf,
  engineInputs,
  lockedSource,
  lockInputs,
  sourceInputs,
  updateTarget,
  type Input,
} from '../../graph/inputs.js';
import { pathInputs } from '../../graph/path-inputs.js';
import { mapValues, pick } from '../../graph/records.js';
import type { References } from '../../graph/references.js';
import { keyOf, text, texts } from '../../options/unchecked.js';

/** Options that the `config` target shares with the target it was inferred from. */
const CONFIG_OPTIONS = [
  'arch',
  'source',
  'base',
  'fragments',
  'extraFragments',
  'crossCompile',
  'llvm',
  'ccache',
  'jobs',
  'outputPath',
  'static',
  'embeddedInitramfs',
];

/** The targets of a kernel, BusyBox or U-Boot project. */
export function kconfigTargets(
  declaration: Declaration,
  references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const { kind, project, target, options, configurations } = declaration;
  const program = KCONFIG_PROGRAMS[kind as ProgramName];
  const arch = keyOf(ARCHES, options.arch);
  const variants = allOptions(declaration);
  const entries = { source: lockedSource(declaration), tools: kconfigTools(declaration) };
  const out = '{options.outputPath}';
  const outputPath = variantOutput(declaration);
  const outputOf = (variant: string) => ({ outputPath: variantOutput(declaration, variant) });
  const common: Input[] = [...lockInputs(declaration.root, entries), ...engineInputs(workspaceRoot)];
  const artifacts = [
    ...(kind === 'busybox' ? ['busybox.tar'] : Object.keys(arch ? program.artifacts(arch) : {})),
    ...(kind === 'kernel' ? [SYMBOL_VERSIONS, MODULES_TAR, MODULES_DEBUG_TAR, GDB_SCRIPTS] : []),
  ];
  const dtbs = new Set(variants.flatMap((own) => texts(own.dtbs).map(dtbName)));
  // One that is made from this kernel would be a circle, which Nx refuses without a reason: the executor gives it.
  const embedded = texts(variants.map((own) => own.embeddedInitramfs)).filter(
    (name) => !references.isPartOf(project, name),
  );
  const dependsOn = ['config', ...[...new Set(embedded)].map((name) => references.buildOf(name))];
  return {
    update: updateTarget(
      [entries],
      pathInputs({ directories: variants.flatMap(({ source }) => directoryOf(source)) }, workspaceRoot),
    ),
    ...editorTargets(declaration),
    explain: {
      executor: `${PLUGIN}:explain`,
      cache: false,
      configurations: mapValues(configurations, () => ({})),
    },
    diffconfig: {
      executor: `${PLUGIN}:diffconfig`,
      cache: false,
      configurations: mapValues(configurations, () => ({})),
    },
    config: {
      executor: `${PLUGIN}:config`,
      cache: true,
      options: { program: kind, ...pick(options, CONFIG_OPTIONS), outputPath },
      configurations: mapValues(configurations, (variant, own) => ({
        ...pick(own, CONFIG_OPTIONS),
        ...outputOf(variant),
      })),
      inputs: [
        ...variants.flatMap((own) => configurationInputs(own, workspaceRoot)),
        ...sourceInputs(declaration, 'config'),
        ...common,
      ],
      outputs: [`${out}/.config`, `${out}/config.manifest.json`],
    },
    'compile-commands': {
      executor: `${PLUGIN}:compile-commands`,
      cache: false,
      configurations: mapValues(configurations, () => ({})),
      dependsOn,
    },
    [target]: {
      cache: true,
      options: { outputPath },
      configurations: mapValues(configurations, outputOf),
      dependsOn,
      inputs: [
        { dependentTasksOutputFiles: '**/.config' },
        ...(embedded.length > 0 ? [{ dependentTasksOutputFiles: '**/initramfs.cpio*' }] : []),
        ...sourceInputs(declaration, 'build'),
        ...common,
      ],
      outputs: [...artifacts, ...dtbs, 'manifest.json'].map((name) => `${out}/${name}`),
    },
  };
}

/** The tools of a kernel, BusyBox or U-Boot project in all of its variants, as they stand in the lock. */
export function kconfigTools(declaration: Declaration): string[] {
  const program = KCONFIG_PROGRAMS[declaration.kind as ProgramName];
  return allOptions(declaration).flatMap(({ arch, crossCompile, llvm }) => {
    const known = keyOf(ARCHES, arch);
    if (!known) return [];
    return toolNames(program, toolchainOf(known, { crossCompile: text(crossCompile), llvm: llvm === true }));
  });
}

/** The tree's own editors; BusyBox's older Kconfig has menuconfig only. */
const EDITORS: Readonly<Record<ProgramName, readonly string[]>> = {
  kernel: ['menuconfig', 'nconfig', 'savedefconfig'],
  busybox: ['menuconfig'],
  'u-boot': ['menuconfig', 'nconfig', 'savedefconfig'],
};

function editorTargets({ kind, configurations }: Declaration): Record<string, TargetConfiguration> {
  const names = EDITORS[kind as ProgramName];
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        executor: `${PLUGIN}:${name === 'nconfig' ? 'menuconfig' : name}`,
        cache: false,
        ...(name === 'nconfig' ? { options: { editor: name } } : {}),
        configurations: mapValues(configurations, () => ({})),
      },
    ]),
  );
}

/** The targets of a project that edit its configuration at a terminal. */
export function editorTargetNames({ kind }: Declaration): string[] {
  return EDITORS[kind as ProgramName].filter((name) => name !== 'savedefconfig');
}
