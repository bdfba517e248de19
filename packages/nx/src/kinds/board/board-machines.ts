import { ARCH_NAMES, suggestNames, UserError } from '@bringup/process';
import { ARCH_MACHINES, UEFI_ARCHES, type BoardArch } from '@bringup/qemu/graph';

/** How a generated board gets to its kernel, by the names of `boot.via`. */
export const BOOT_PATHS = ['kernel', 'u-boot', 'uefi', 'disk', 'iso', 'bios'] as const;
export type BootPathName = (typeof BOOT_PATHS)[number];

/** A machine of QEMU that boards are generated for: what it boots by, and what its kernel has to have. */
export interface BoardMachine {
  readonly arch: BoardArch;
  /** `-machine`, without properties. */
  readonly machine: string;
  /** The name after which its kernel and initramfs projects are called. */
  readonly family: string;
  readonly paths: readonly BootPathName[];
  /** Presets of its kernel, over tinyconfig. One kernel serves all of its boot paths, so that boards share it. */
  readonly presets: readonly string[];
  /** The kernel's device tree for it, where QEMU makes none: the path below arch/ARCH/boot/dts. */
  readonly deviceTree?: string;
  /** Further options of its boards. */
  readonly board?: Readonly<Record<string, unknown>>;
  /** The kernel's name of its first serial port, where it is not the arch's. */
  readonly console?: string;
}

const PC: Omit<BoardMachine, 'machine'> = {
  arch: 'x86_64',
  family: 'x86_64',
  paths: ['kernel', 'uefi', 'disk', 'iso', 'bios'],
  presets: ['pc-x86_64', 'efi'],
};

/** The machines with more boot paths, or another kernel, than {@link directBoard} knows. */
const OWN_MACHINES: readonly BoardMachine[] = [
  {
    arch: 'arm64',
    machine: 'virt',
    family: 'arm64',
    paths: ['kernel', 'u-boot', 'uefi', 'disk', 'iso'],
    presets: ['virt-arm64', 'efi'],
  },
  { ...PC, machine: 'q35' },
  { ...PC, machine: 'pc', paths: ['kernel', 'iso', 'bios'] },
  {
    arch: 'riscv64',
    machine: 'virt',
    family: 'riscv64',
    paths: ['kernel', 'u-boot', 'disk'],
    presets: ['virt-riscv64'],
  },
  { arch: 'arm', machine: 'virt', family: 'arm', paths: ['kernel', 'u-boot', 'disk'], presets: ['virt-arm'] },
  {
    arch: 'arm',
    machine: 'cubieboard',
    family: 'cubieboard',
    paths: ['kernel'],
    presets: ['virt-arm', 'cubieboard'],
    deviceTree: 'sun4i-a10-cubieboard',
    board: { cpu: 'cortex-a8', memory: 512, append: 'console=ttyS0' },
    console: 'ttyS0',
  },
];

/** An architecture's generic machine where QEMU loads the kernel: all that a new one has to have. */
function directBoard(arch: BoardArch): BoardMachine {
  const { machine, memoryMiB } = ARCH_MACHINES[arch];
  const board = memoryMiB === undefined ? {} : { board: { memory: memoryMiB } };
  return { arch, machine, family: arch, paths: ['kernel', 'disk'], presets: [`qemu-${arch}`], ...board };
}

/** The machines, the generic one of each architecture before its others. */
export const BOARD_MACHINES: readonly BoardMachine[] = ARCH_NAMES.flatMap((arch) => {
  const own = OWN_MACHINES.filter((machine) => machine.arch === arch);
  return own.length > 0 ? own : [directBoard(arch)];
});

/**
 * The machine that a board is for.
 *
 * @param given a machine type that may carry properties, as `virt,gic-version=3`; without one the arch's generic machine
 * @throws UserError `UNKNOWN_MACHINE` with the machines that the architecture has
 */
export function boardMachine(arch: BoardArch, given?: string): BoardMachine {
  const name = (given ?? ARCH_MACHINES[arch].machine).split(',')[0]!;
  const own = BOARD_MACHINES.filter((machine) => machine.arch === arch);
  const found = own.find(({ machine }) => machine === name);
  if (found) return found;
  const names = own.map(({ machine }) => machine);
  const other = BOARD_MACHINES.find(({ machine }) => machine === name);
  const hint = other ? `It is a machine of ${other.arch}` : suggestNames(name, names);
  throw new UserError(
    'UNKNOWN_MACHINE',
    `machine: no boards of ${arch} are generated for "${name}". ${hint}. ` +
      `For another machine of QEMU generate one for ${names[0]}, then edit "machine" and the kernel's fragments`,
    { arch, machine: name, names },
  );
}

/** @throws UserError `NO_BOOT_PATH` naming those that the machine has */
export function requireBootPath({ arch, machine, paths }: BoardMachine, path: BootPathName): void {
  if (paths.includes(path)) return;
  const others = BOARD_MACHINES.filter((other) => other.paths.includes(path));
  const elsewhere = [...new Set(others.map((other) => `${other.arch} (${other.machine})`))];
  throw new UserError(
    'NO_BOOT_PATH',
    `boot: ${machine} of ${arch} does not boot by ${path}. It boots by: ${paths.join(', ')}. ${path} is for ${elsewhere.join(', ')}`,
    { arch, machine, path, paths },
  );
}

/** `-machine` of a board, where it is not the default. A kernel of tinyconfig has no ACPI on arm64: UEFI shall hand it a device tree. */
export function machineOption(
  { arch }: BoardMachine,
  path: BootPathName,
  given?: string,
): string | undefined {
  const throughUefi = path === 'uefi' || (path === 'iso' && arch !== 'x86_64');
  if (!throughUefi || arch === 'x86_64' || !UEFI_ARCHES[arch]) return given;
  const machine = given ?? ARCH_MACHINES[arch].machine;
  return /(^|,)acpi=/.test(machine) ? machine : `${machine},acpi=off`;
}
