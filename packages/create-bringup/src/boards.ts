import { ARCH_NAMES, type Arch } from '@bringup/process';

export type { Arch };
export const ARCHES = ARCH_NAMES;

/** The boot paths of a board that no firmware is known for: QEMU loads its kernel. */
const DIRECT: readonly string[] = ['kernel', 'disk'];

const OWN: Readonly<Partial<Record<Arch, readonly string[]>>> = {
  arm64: ['kernel', 'u-boot', 'uefi', 'disk', 'iso'],
  x86_64: ['kernel', 'uefi', 'disk', 'iso', 'bios'],
  riscv64: ['kernel', 'u-boot', 'disk'],
  arm: ['kernel', 'u-boot', 'disk'],
};

/** The architectures that `nx g @bringup/nx:board` makes boards for, each with its boot paths, most common first. */
export const BOOT_PATHS = Object.fromEntries(ARCHES.map((arch) => [arch, OWN[arch] ?? DIRECT])) as Readonly<
  Record<Arch, readonly string[]>
>;

/** The QEMU machine, which precedes the architecture in a board's name. */
const MACHINES: Readonly<Partial<Record<Arch, string>>> = {
  arm64: 'virt',
  x86_64: 'pc',
  riscv64: 'virt',
  arm: 'virt',
};

/** The name of a board that the user does not name: `virt-arm64`, `pc-x86_64-uefi`, `qemu-s390x`. */
export function defaultBoardName(arch: Arch, boot: string): string {
  const name = `${MACHINES[arch] ?? 'qemu'}-${arch}`;
  return boot === 'kernel' ? name : `${name}-${boot}`;
}
