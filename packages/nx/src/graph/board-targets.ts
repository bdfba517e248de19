import type { TargetConfiguration } from '@nx/devkit';
import { FAT_DISK_TOOLS } from '@bringup/disk';
import { ARCH_MACHINES } from '@bringup/qemu';
import { PLUGIN, type Declaration } from '../project/declaration.js';
import { BOOT_VOLUME } from '../project/paths.js';
import { qemuLockName } from '../project/tools.js';
import { variantOutput } from '../project/variants.js';
import { engineInputs, lockInput } from './inputs.js';
import { mapValues, pick } from './kconfig-targets.js';
import { uBootsOf, type References } from './references.js';
import { keyOf, text, texts } from './unchecked.js';

/** Options of a board that its drive is made from. */
const VOLUME_OPTIONS = ['arch', 'kernel', 'initramfs', 'boot', 'append'];

/** What a board boots, of all that the tasks before it publish. */
const BOOTED_FILES = `**/{Image,bzImage,zImage,initramfs.cpio*,u-boot.bin,u-boot.rom,${BOOT_VOLUME}}`;

const published = (declaration: Declaration, variant?: string) => ({
  outputPath: variantOutput(declaration, variant),
});

/** The targets of a board project. */
export function boardTargets(
  declaration: Declaration,
  references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const { options, target, configurations } = declaration;
  const uBoots = uBootsOf(declaration);
  const dependsOn = texts([options.kernel, options.initramfs]).map((name) => references.buildOf(name));
  // Through U-Boot the board boots its own drive, which `build` makes from them; another variant may boot them directly.
  const booted =
    uBoots.length === 0
      ? dependsOn
      : [...dependsOn, 'build', ...uBoots.map((name) => references.buildOf(name))];
  const arch = keyOf(ARCH_MACHINES, options.arch);
  // A variant of a board is first of all one of its kernel; its configuration may change the machine as well.
  const variants = mapValues(configurations, (_variant, own) => ({ ...own }));
  const machine = { options: { ...options }, configurations: variants };
  const bootVolume = (): TargetConfiguration => ({
    executor: `${PLUGIN}:boot-volume`,
    cache: true,
    dependsOn,
    options: { ...pick(options, VOLUME_OPTIONS), ...published(declaration) },
    configurations: mapValues(variants, (variant, own) => ({
      ...pick(own, VOLUME_OPTIONS),
      ...published(declaration, variant),
    })),
    inputs: [
      { dependentTasksOutputFiles: BOOTED_FILES },
      lockInput(undefined, FAT_DISK_TOOLS),
      ...engineInputs(workspaceRoot),
    ],
    outputs: [BOOT_VOLUME, 'manifest.json'].map((name) => `{options.outputPath}/${name}`),
  });
  return {
    update: { executor: `${PLUGIN}:update`, cache: false },
    build:
      uBoots.length === 0
        ? { executor: 'nx:noop', dependsOn, configurations: mapValues(variants, () => ({})) }
        : bootVolume(),
    [target]: { cache: false, dependsOn: booted, configurations: mapValues(variants, () => ({})) },
    command: { executor: `${PLUGIN}:command`, cache: false, ...machine },
    test: {
      executor: `${PLUGIN}:test`,
      cache: true,
      dependsOn: booted,
      options: { ...options, ...published(declaration) },
      configurations: mapValues(variants, (variant, own) => ({ ...own, ...published(declaration, variant) })),
      inputs: [
        { dependentTasksOutputFiles: BOOTED_FILES },
        ...(arch ? [lockInput(undefined, [qemuLockName(arch, text(options.qemu))])] : []),
        ...engineInputs(workspaceRoot),
      ],
      outputs: ['console.log', 'test.json'].map((name) => `{options.outputPath}/${name}`),
    },
  };
}
