import { UserError } from '@bringup/process';

interface ExtlinuxOptions {
  /** Paths on the drive that holds the file. */
  kernel: string;
  initrd?: string;
  fdt?: string;
  /** The kernel's command line. */
  append: string;
}

/**
 * The text of `extlinux/extlinux.conf`, and of `syslinux.cfg` and `isolinux.cfg`, which have the same syntax: one entry
 * that is booted at once.
 *
 * @throws UserError `BAD_COMMAND_LINE` for a value that would begin another line
 */
export function formatExtlinux(options: ExtlinuxOptions): string {
  const lines = ['default linux', 'timeout 1', 'label linux'];
  for (const [key, value] of [
    ['kernel', options.kernel],
    ['initrd', options.initrd],
    ['fdt', options.fdt],
    ['append', options.append],
  ] as const) {
    if (value === undefined) continue;
    if (/[\r\n\0]/.test(value))
      throw new UserError('BAD_COMMAND_LINE', `${key} ${JSON.stringify(value)}: it has to be one line`, {
        key,
        value,
      });
    lines.push(`  ${key} ${value}`);
  }
  return `${lines.join('\n')}\n`;
}
