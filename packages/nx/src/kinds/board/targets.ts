import type { TargetConfiguration } from '@nx/devkit';
import type { BootLoader } from '@bringup/disk/graph';
import { ARCHES } from '@bringup/kbuild/graph';
import { ARCH_MACHINES } from '@bringup/qemu/graph';
import { type Declaration } from '../../workspace/declaration.js';
import { PLUGIN } from '../../options/declared-kinds.js';
import { nxPath } from '../../workspace/glob.js';
import { BOOT_VOLUME, ISO_IMAGE, SIGNED_DTB, UBOOT_IMAGES } from '../../workspace/paths.js';
import { bootsThroughUefi, diskTools, qemuLockName, uefiLockName, volumeLoaders } from '../../lock/tools.js';
import { allOptions, variantOutput } from '../../workspace/variants.js';
import { parseFileReference } from '../../workspace/names-in-options.js';
import { deviceInputs, type DeviceInputs } from './device-inputs.js';
import { engineInputs, lockInputs, updateTarget } from '../../graph/inputs.js';
import type { Input } from '../../graph/target-parts.js';
import { mapValues, omit, pick } from '../../graph/records.js';
import { pathInputs } from '../../graph/path-inputs.js';
import { namedIn } from '../../graph/find-references.js';
import type { References } from '../../graph/references.js';
import { BOOTED } from './references.js';
import { keyOf, object, objects, text, texts } from '../../options/unchecked.js';

/** Options of a board that its drive is made from. */
const VOLUME_OPTIONS = ['arch', 'kernel', 'initramfs', 'boot', 'append'];

/**
 * The files that a board boots, among all that the tasks before it publish. A kernel publishes vmlinux for all architectures, and
 * it is the boot image of some: an edit that changes only debug information shall not boot the others again.
 */
function bootedFiles(given: unknown): string {
  const arch = keyOf(ARCHES, given);
  const images = (arch ? [ARCHES[arch]] : Object.values(ARCHES)).map(({ image }) => image.goal);
  const names = [
    ...['Image', 'bzImage', 'zImage', ...images, 'initramfs.cpio*'],
    ...['u-boot.bin', 'u-boot.rom', ...Object.values(UBOOT_IMAGES), SIGNED_DTB],
    ...['disk.*', ISO_IMAGE, BOOT_VOLUME],
  ];
  return `**/{${[...new Set(names)].join(',')}}`;
}

/** Targets that look after a board's runs; each is an executor's name as well. */
const LIFE = ['ps', 'attach', 'console', 'stop'];

/** Options of a run that are none of the machine's. */
export const RUN_OPTIONS = ['detach', 'json', 'watch'] as const;

/** Options of a board that shape its device tree. */
const DTB_OPTIONS = ['arch', 'machine', 'cpu', 'smp', 'memory', 'qemu', 'extraArgs'];

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

/** The data that several targets of a board are made from. */
interface BoardPlan {
  readonly declaration: Declaration;
  readonly workspaceRoot: string;
  /** The board's options, without those that say how it is run, and the changes that each variant makes to them. */
  readonly options: Unchecked;
  readonly variants: Readonly<Record<string, Unchecked>>;
  /** In every variant. */
  readonly everyOptions: readonly Unchecked[];
  /** The loaders that load the kernel from the board's own drive, if it has one. */
  readonly loaders: readonly BootLoader[];
  /** Tools as they stand in the lock: those that make the board's own drive, and those that run it. */
  readonly volumeTools: readonly string[];
  readonly machineTools: readonly string[];
  /** Dependencies that go onto the board's own drive, and all that must be built before the board runs. */
  readonly packed: Dependencies;
  readonly booted: Dependencies;
  readonly devices: DeviceInputs;
  readonly dtb: ReturnType<typeof dtbInputs>;
}

type Unchecked = Readonly<Record<string, unknown>>;
type Dependencies = NonNullable<TargetConfiguration['dependsOn']>;

function planTargets(declaration: Declaration, references: References, workspaceRoot: string): BoardPlan {
  const options = omit(declaration.options, RUN_OPTIONS);
  const everyOptions = allOptions(declaration);
  const loaders = everyOptions.flatMap(({ boot }) => volumeLoaders(boot));
  const named = everyOptions.flatMap((own) => texts([own.kernel, own.initramfs]));
  const media = everyOptions.flatMap(({ boot }) => namedIn(object(boot), BOOTED));
  const buildsOf = (names: readonly string[]) => [...new Set(names)].map((name) => references.buildOf(name));
  const images = everyOptions.flatMap(({ boot }) => namedIn(object(boot), ['image']));
  const devices = deviceInputs(everyOptions, workspaceRoot);
  const dtb = dtbInputs(everyOptions, workspaceRoot);
  return {
    ...{ declaration, workspaceRoot, options, everyOptions, loaders, devices, dtb },
    // A variant of a board is first of all one of its kernel; its configuration may change the machine as well.
    variants: mapValues(declaration.configurations, (_variant, own) => omit(own, RUN_OPTIONS)),
    volumeTools: diskTools({
      ...{ arch: text(options.arch) ?? '', table: 'gpt', format: 'raw' },
      ...{ fileSystems: ['fat'], loaders },
    }),
    machineTools: machineTools(options, everyOptions),
    packed: buildsOf([...named, ...images]),
    // U-Boot and UEFI boot the board's own drive, which `build` makes; another variant may boot something else.
    booted: [
      ...buildsOf([...named, ...media, ...dtb.projects, ...devices.projects]),
      ...(loaders.length > 0 ? ['build'] : []),
    ],
  };
}

function machineTools({ arch: given }: Unchecked, everyOptions: readonly Unchecked[]): string[] {
  const arch = keyOf(ARCH_MACHINES, given);
  if (!arch) return [];
  const usesUefi = everyOptions.some(({ boot }) => bootsThroughUefi(boot, arch));
  return [
    ...everyOptions.map(({ qemu }) => qemuLockName(arch, text(qemu))),
    ...(usesUefi ? [uefiLockName(arch)] : []),
  ];
}

/** The targets of a board project. */
export function boardTargets(
  declaration: Declaration,
  references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const plan = planTargets(declaration, references, workspaceRoot);
  const { options, variants, booted, loaders, volumeTools } = plan;
  const configurations = mapValues(variants, () => ({}));
  const machine = { options: { ...options }, configurations: mapValues(variants, (_, own) => ({ ...own })) };
  return {
    update: updateTarget([{ tools: [...plan.machineTools, ...(loaders.length > 0 ? volumeTools : [])] }]),
    build:
      loaders.length === 0
        ? { executor: 'nx:noop', dependsOn: booted, configurations }
        : bootVolumeTarget(plan),
    [declaration.target]: { cache: false, dependsOn: booted, configurations },
    command: { executor: `${PLUGIN}:command`, cache: false, ...machine },
    ...Object.fromEntries(
      LIFE.map((name) => [name, { executor: `${PLUGIN}:${name}`, cache: false, configurations }]),
    ),
    debug: { executor: `${PLUGIN}:debug`, cache: false, dependsOn: booted, ...machine },
    dtb: dtbTarget(plan),
    test: testTarget(plan),
  };
}

/** Makes the drive that U-Boot or UEFI boots from. */
function bootVolumeTarget(plan: BoardPlan): TargetConfiguration {
  const { declaration, workspaceRoot, options, packed, volumeTools } = plan;
  return {
    executor: `${PLUGIN}:boot-volume`,
    cache: true,
    dependsOn: packed,
    ...published(plan, (own) => pick(own, VOLUME_OPTIONS)),
    inputs: [
      { dependentTasksOutputFiles: bootedFiles(options.arch) },
      ...lockInputs(declaration.root, { tools: volumeTools }),
      ...engineInputs(workspaceRoot),
    ],
    outputs: [BOOT_VOLUME, 'manifest.json'].map((name) => `{options.outputPath}/${name}`),
  };
}

function dtbTarget(plan: BoardPlan): TargetConfiguration {
  return {
    executor: `${PLUGIN}:dtb`,
    cache: false,
    ...published(plan, (own) => pick(own, DTB_OPTIONS)),
  };
}

function testTarget(plan: BoardPlan): TargetConfiguration {
  const { declaration, workspaceRoot, options, everyOptions, booted, devices, dtb } = plan;
  return {
    executor: `${PLUGIN}:test`,
    // A cache cannot restore the guest's writes to a drive.
    cache: !everyOptions.some(({ drives }) => objects(drives).some(({ keepWrites }) => keepWrites === true)),
    dependsOn: booted,
    ...published(plan, (own) => own),
    inputs: [
      { dependentTasksOutputFiles: bootedFiles(options.arch) },
      ...dtb.inputs,
      ...lockInputs(declaration.root, { tools: plan.machineTools }),
      ...devices.inputs,
      ...engineInputs(workspaceRoot),
    ],
    outputs: [
      ...['console.log', 'test.json'].map((name) => `{options.outputPath}/${name}`),
      ...devices.outputs,
    ],
  };
}

/** Options and configurations of a target that publishes, each with its own directory. */
function published(
  { declaration, options, variants }: BoardPlan,
  choose: (options: Unchecked) => Unchecked,
): Pick<TargetConfiguration, 'options' | 'configurations'> {
  const at = (variant?: string) => ({ outputPath: variantOutput(declaration, variant) });
  return {
    options: { ...choose(options), ...at() },
    configurations: mapValues(variants, (variant, own) => ({ ...choose(own), ...at(variant) })),
  };
}
