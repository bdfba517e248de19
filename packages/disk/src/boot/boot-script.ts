import { UserError } from '@bringup/process';

/** A kernel and its initrd: paths on the volume that start with a slash, and the kernel's command line. */
export interface BootEntry {
  kernel: string;
  initrd?: string;
  append: string;
}

/** A FIT with a configuration `conf-1`, as `writeFit` makes it. */
export interface FitEntry {
  /** Path on the volume, with a slash in front. */
  fit: string;
  /** Whether an initramfs, and a device tree, are in it. */
  initrd: boolean;
  fdt: boolean;
  append: string;
}

/** U-Boot's command for a bare kernel of each architecture. */
const BOOT_COMMANDS = { arm64: 'booti', riscv64: 'booti' } as const;

/** The architectures that a boot script can be written for. */
export const SCRIPT_ARCHES = Object.keys(BOOT_COMMANDS) as (keyof typeof BOOT_COMMANDS)[];

/**
 * The commands of a boot script (`boot.scr`) that boots the files beside it. U-Boot's distro boot sets the variables before
 * it starts a script (doc/develop/distro.rst), and each board sets its addresses. The device tree is the board's unless the
 * FIT has its own. A FIT is loaded to `ramdisk_addr_r`, because its kernel is
 * unpacked to `kernel_addr_r`.
 *
 * @throws UserError `BAD_COMMAND_LINE` for a command line that would not reach the kernel unchanged
 */
export function formatBootScript(arch: (typeof SCRIPT_ARCHES)[number], entry: BootEntry | FitEntry): string {
  const load = (address: string, path: string) =>
    `load \${devtype} \${devnum}:\${distro_bootpart} \${${address}} ${path}`;
  const lines = [
    `setenv bootargs ${quote(entry.append)}`,
    'if test -z "${fdt_addr}"; then setenv fdt_addr ${fdtcontroladdr}; fi',
  ];
  if ('fit' in entry) {
    const image = '${ramdisk_addr_r}#conf-1';
    const others = entry.fdt ? [] : [entry.initrd ? image : '-', '${fdt_addr}'];
    return script([...lines, load('ramdisk_addr_r', entry.fit), ['bootm', image, ...others].join(' ')]);
  }
  lines.push(load('kernel_addr_r', entry.kernel));
  if (entry.initrd !== undefined) lines.push(load('ramdisk_addr_r', entry.initrd));
  // An image with U-Boot's header says how long it is, a bare one does not.
  const initrd = entry.initrd === undefined ? '-' : '${ramdisk_addr_r}:${filesize}';
  return script([...lines, `${BOOT_COMMANDS[arch]} \${kernel_addr_r} ${initrd} \${fdt_addr}`]);
}

const script = (lines: readonly string[]) => `${lines.join('\n')}\n`;

/** U-Boot's shell takes everything between single quotes literally, except the backslash (common/cli_hush.c). */
function quote(append: string): string {
  const bad = /['\\\r\n\0]/.exec(append);
  if (!bad) return `'${append}'`;
  const message = `append ${JSON.stringify(append)}: U-Boot's shell would not pass on ${JSON.stringify(bad[0])}. Leave it out`;
  throw new UserError('BAD_COMMAND_LINE', message, { append });
}
