/** The architectures that `nx g @bringup/nx:board` makes boards for, each with its boot paths, most common first. */
export const BOOT_PATHS = {
  arm64: ['kernel', 'u-boot', 'uefi', 'disk', 'iso'],
  x86_64: ['kernel', 'uefi', 'disk', 'iso', 'bios'],
  riscv64: ['kernel', 'u-boot', 'disk'],
  arm: ['kernel', 'u-boot', 'disk'],
} as const;

export type Arch = keyof typeof BOOT_PATHS;

export const ARCHES = Object.keys(BOOT_PATHS) as Arch[];

/** The QEMU machine, which precedes the architecture in a board's name. */
const MACHINES: Record<Arch, string> = { arm64: 'virt', x86_64: 'pc', riscv64: 'virt', arm: 'virt' };

/** The name of a board that the user does not name: `virt-arm64`, `pc-x86_64-uefi`. */
export function defaultBoardName(arch: Arch, boot: string): string {
  const name = `${MACHINES[arch]}-${arch}`;
  return boot === 'kernel' ? name : `${name}-${boot}`;
}
