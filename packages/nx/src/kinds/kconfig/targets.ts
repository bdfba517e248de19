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
import { type Declaration } from '../../workspace/declaration.js';
import { PLUGIN } from '../../options/declared-kinds.js';
import { allOptions, variantOutput } from '../../workspace/variants.js';
import {
  configurationInputs,
  directoryOf,
  engineInputs,
  lockedSource,
  lockInputs,
  sourceInputs,
  updateTarget,
} from '../../graph/inputs.js';
import type { Input } from '../../graph/target-parts.js';
import { pathInputs } from '../../graph/path-inputs.js';
import { mapValues, pick } from '../../graph/records.js';
import type { References } from '../../graph/references.js';
import { keyOf, text, texts } from '../../options/unchecked.js';

/** Options that the `config` target shares with the target it was inferred from. */
const CONFIG_OPTIONS = [
  'arch',
  'source',
  'patches',
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

const OUT = '{options.outputPath}';

/** The targets of a kernel, BusyBox or U-Boot project. */
export function kconfigTargets(
  declaration: Declaration,
  references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const { project, root, target, configurations } = declaration;
  const variants = allOptions(declaration);
  const entries = { source: lockedSource(declaration), tools: kconfigTools(declaration) };
  const common: Input[] = [...lockInputs(root, entries), ...engineInputs(workspaceRoot)];
  // One that is made from this kernel would be a circle, which Nx refuses without a reason: the executor gives it.
  const embedded = texts(variants.map((own) => own.embeddedInitramfs)).filter(
    (name) => !references.isPartOf(project, name),
  );
  const dependsOn = ['config', ...[...new Set(embedded)].map((name) => references.buildOf(name))];
  const uncached = (name: string): TargetConfiguration => ({
    executor: `${PLUGIN}:${name}`,
    cache: false,
    configurations: mapValues(configurations, () => ({})),
  });
  return {
    update: updateTarget(
      [entries],
      pathInputs({ directories: variants.flatMap(({ source }) => directoryOf(source)) }, workspaceRoot),
    ),
    ...editorTargets(declaration),
    explain: uncached('explain'),
    diffconfig: uncached('diffconfig'),
    config: configTarget(declaration, [
      ...variants.flatMap((own) => configurationInputs(own, workspaceRoot)),
      ...sourceInputs(declaration, 'config', workspaceRoot),
      ...common,
    ]),
    'compile-commands': { ...uncached('compile-commands'), dependsOn },
    [target]: {
      cache: true,
      options: { outputPath: variantOutput(declaration) },
      configurations: mapValues(configurations, (variant) => ({
        outputPath: variantOutput(declaration, variant),
      })),
      dependsOn,
      inputs: [
        { dependentTasksOutputFiles: '**/.config' },
        ...(embedded.length > 0 ? [{ dependentTasksOutputFiles: '**/initramfs.cpio*' }] : []),
        ...sourceInputs(declaration, 'build', workspaceRoot),
        ...common,
      ],
      outputs: [...artifactNames(declaration), 'manifest.json'].map((name) => `${OUT}/${name}`),
    },
  };
}

/** Makes the `.config`. */
function configTarget(declaration: Declaration, inputs: Input[]): TargetConfiguration {
  const { kind, options, configurations } = declaration;
  return {
    executor: `${PLUGIN}:config`,
    cache: true,
    options: {
      program: kind,
      ...pick(options, CONFIG_OPTIONS),
      outputPath: variantOutput(declaration),
    },
    configurations: mapValues(configurations, (variant, own) => ({
      ...pick(own, CONFIG_OPTIONS),
      outputPath: variantOutput(declaration, variant),
    })),
    inputs,
    outputs: [`${OUT}/.config`, `${OUT}/config.manifest.json`],
  };
}

/** The artifacts that a build publishes in any variant. */
function artifactNames(declaration: Declaration): string[] {
  const { kind, options } = declaration;
  const program = KCONFIG_PROGRAMS[kind as ProgramName];
  const arch = keyOf(ARCHES, options.arch);
  const dtbs = new Set(allOptions(declaration).flatMap((own) => texts(own.dtbs).map(dtbName)));
  return [
    ...(kind === 'busybox' ? ['busybox.tar'] : Object.keys(arch ? program.artifacts(arch) : {})),
    ...(kind === 'kernel' ? [SYMBOL_VERSIONS, MODULES_TAR, MODULES_DEBUG_TAR, GDB_SCRIPTS] : []),
    ...dtbs,
  ];
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
