import type { TargetConfiguration } from '@nx/devkit';
import { ARCH_MACHINES } from '@bringup/qemu/graph';
import { PLUGIN, type Declaration } from '../../workspace/declaration.js';
import { nxPath } from '../../workspace/glob.js';
import { BOOT_VOLUME, ISO_IMAGE, SIGNED_DTB, UBOOT_IMAGES } from '../../workspace/paths.js';
import { bootsThroughUefi, diskTools, qemuLockName, uefiLockName, volumeLoaders } from '../../lock/tools.js';
import { allOptions, variantOutput } from '../../workspace/variants.js';
import { parseFileReference } from '../../workspace/names-in-options.js';
import { deviceInputs } from './device-inputs.js';
import { engineInputs, lockInputs, updateTarget, type Input } from '../../graph/inputs.js';
import { mapValues, omit, pick } from '../../graph/records.js';
import { pathInputs } from '../../graph/path-inputs.js';
import { namedIn } from '../../graph/find-references.js';
import type { References } from '../../graph/references.js';
import { BOOTED } from './references.js';
import { keyOf, object, objects, text, texts } from '../../options/unchecked.js';

/** Options of a board that its drive is made from. */
const VOLUME_OPTIONS = ['arch', 'kernel', 'initramfs', 'boot', 'append'];

/** What a board boots, of all that the tasks before it publish. */
const BOOTED_FILES = `**/{${[
  ...['Image', 'bzImage', 'zImage', 'initramfs.cpio*'],
  ...['u-boot.bin', 'u-boot.rom', ...Object.values(UBOOT_IMAGES), SIGNED_DTB],
  ...['disk.*', ISO_IMAGE, BOOT_VOLUME],
].join(',')}}`;

/** Targets that look after a board's runs; each is an executor's name as well. */
const LIFE = ['ps', 'attach', 'console', 'stop'];

/** Options of a run that are none of the machine's. */
export const RUN_OPTIONS = ['detach', 'json', 'watch'] as const;

/** Options of a board that shape its device tree. */
const DTB_OPTIONS = ['arch', 'machine', 'cpu', 'smp', 'memory', 'qemu', 'extraArgs'];

const published = (declaration: Declaration, variant?: string) => ({
  outputPath: variantOutput(declaration, variant),
});

/** The device trees that a board's variants name: the projects that publish them, and what is to be hashed. */
function dtbInputs(
  variants: readonly Readonly<Record<string, unknown>>[],
  workspaceRoot: string,
): { projects: string[]; inputs: Input[] } {
  const named = texts(variants.map(({ dtb }) => dtb)).map(parseFileReference);
  const published = named.filter((file) => file.kind === 'artifact');
  const files = named.flatMap((file) => (file.kind === 'file' ? [file.path] : []));
  return {
    projects: published.map(({ project }) => project),
    inputs: [
      ...published.map(({ artifact }) => ({ dependentTasksOutputFiles: `**/${nxPath(artifact)}` })),
      ...pathInputs({ files }, workspaceRoot),
    ],
  };
}

/** The targets of a board project. */
export function boardTargets(
  declaration: Declaration,
  references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const { target } = declaration;
  const options = omit(declaration.options, RUN_OPTIONS);
  const configurations = mapValues(declaration.configurations, (_variant, own) => omit(own, RUN_OPTIONS));
  const everyOptions = allOptions(declaration);
  const loaders = everyOptions.flatMap(({ boot }) => volumeLoaders(boot));
  const named = everyOptions.flatMap((own) => texts([own.kernel, own.initramfs]));
  const media = everyOptions.flatMap(({ boot }) => namedIn(object(boot), BOOTED));
  const buildsOf = (names: readonly string[]) => [...new Set(names)].map((name) => references.buildOf(name));
  const packed = everyOptions.flatMap(({ boot }) => namedIn(object(boot), ['image']));
  const dependsOn = buildsOf([...named, ...packed]);
  const devices = deviceInputs(everyOptions, workspaceRoot);
  const dtb = dtbInputs(everyOptions, workspaceRoot);
  // U-Boot and UEFI boot the board's own drive, which `build` makes; another variant may boot something else.
  const booted = [
    ...buildsOf([...named, ...media, ...dtb.projects, ...devices.projects]),
    ...(loaders.length > 0 ? ['build'] : []),
  ];
  const arch = keyOf(ARCH_MACHINES, options.arch);
  const volumeTools = diskTools({
    ...{ arch: text(options.arch) ?? '', table: 'gpt', format: 'raw' },
    ...{ fileSystems: ['fat'], loaders },
  });
  const usesUefi = everyOptions.some(({ boot }) => bootsThroughUefi(boot, arch));
  const machineTools = arch
    ? [
        ...everyOptions.map(({ qemu }) => qemuLockName(arch, text(qemu))),
        ...(usesUefi ? [uefiLockName(arch)] : []),
      ]
    : [];
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
      ...lockInputs(declaration.root, { tools: volumeTools }),
      ...engineInputs(workspaceRoot),
    ],
    outputs: [BOOT_VOLUME, 'manifest.json'].map((name) => `{options.outputPath}/${name}`),
  });
  return {
    update: updateTarget([{ tools: [...machineTools, ...(loaders.length > 0 ? volumeTools : [])] }]),
    build:
      loaders.length === 0
        ? { executor: 'nx:noop', dependsOn: booted, configurations: mapValues(variants, () => ({})) }
        : bootVolume(),
    [target]: { cache: false, dependsOn: booted, configurations: mapValues(variants, () => ({})) },
    command: { executor: `${PLUGIN}:command`, cache: false, ...machine },
    ...Object.fromEntries(
      LIFE.map((name) => [
        name,
        {
          executor: `${PLUGIN}:${name}`,
          cache: false,
          configurations: mapValues(variants, () => ({})),
        },
      ]),
    ),
    debug: { executor: `${PLUGIN}:debug`, cache: false, dependsOn: booted, ...machine },
    dtb: {
      executor: `${PLUGIN}:dtb`,
      cache: false,
      options: { ...pick(options, DTB_OPTIONS), ...published(declaration) },
      configurations: mapValues(variants, (variant, own) => ({
        ...pick(own, DTB_OPTIONS),
        ...published(declaration, variant),
      })),
    },
    test: {
      executor: `${PLUGIN}:test`,
      // What it leaves on a drive is a result that no cache restores.
      cache: !everyOptions.some(({ drives }) =>
        objects(drives).some(({ keepWrites }) => keepWrites === true),
      ),
      dependsOn: booted,
      options: { ...options, ...published(declaration) },
      configurations: mapValues(variants, (variant, own) => ({ ...own, ...published(declaration, variant) })),
      inputs: [
        { dependentTasksOutputFiles: BOOTED_FILES },
        ...dtb.inputs,
        ...lockInputs(declaration.root, { tools: machineTools }),
        ...devices.inputs,
        ...engineInputs(workspaceRoot),
      ],
      outputs: [
        ...['console.log', 'test.json'].map((name) => `{options.outputPath}/${name}`),
        ...devices.outputs,
      ],
    },
  };
}
