import { UserError } from '@bringup/process';
import type { BootEntry } from './boot-script.js';

/**
 * The text of `startup.nsh`, which UEFI's shell runs by itself: the kernel is a program of UEFI, its arguments are the command
 * line, and the stub loads the initrd that they name (Documentation/admin-guide/efi-stub.rst).
 *
 * @throws UserError `BAD_COMMAND_LINE` for characters that the shell does not hand on
 */
export function formatStartup({ kernel, initrd, append }: BootEntry): string {
  // UEFI Shell specification 2.2, section 3.6: quotes, variables, redirection, comments and the escape character.
  refuse(append, /[%#^"<>|;\r\n\0]/, "UEFI's shell");
  const backslashed = (path: string) => path.replaceAll('/', '\\');
  const words = [backslashed(kernel), append];
  if (initrd !== undefined) words.splice(1, 0, `initrd=${backslashed(initrd)}`);
  return `${words.join(' ')}\r\n`;
}

/**
 * The text of `grub.cfg`: one entry that is booted at once, GRUB's own messages on the first serial port and the screen.
 *
 * @throws UserError `BAD_COMMAND_LINE` for characters that GRUB does not hand on
 */
export function formatGrub({ kernel, initrd, append }: BootEntry): string {
  // grub-core/lib/cmdline.c puts a backslash before each of these.
  refuse(append, /['"\\\r\n\0]/, 'GRUB');
  // Within single quotes GRUB's shell takes everything as it is (GRUB manual, "Quoting").
  const quoted = [kernel, ...append.split(/\s+/).filter((word) => word !== '')].map((word) => `'${word}'`);
  return [
    'serial --unit=0 --speed=115200',
    'terminal_output console serial',
    'set timeout=0',
    "menuentry 'linux' {",
    `  linux ${quoted.join(' ')}`,
    ...(initrd === undefined ? [] : [`  initrd '${initrd}'`]),
    '}',
    '',
  ].join('\n');
}

function refuse(append: string, characters: RegExp, who: string): void {
  const found = characters.exec(append);
  if (!found) return;
  const message =
    `append ${JSON.stringify(append)}: ${who} does not hand ${JSON.stringify(found[0])} on to the kernel. ` +
    'Leave it out, or put it into the kernel: CONFIG_CMDLINE';
  throw new UserError('BAD_COMMAND_LINE', message, { append });
}
