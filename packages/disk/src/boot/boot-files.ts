import { pathExists } from 'fs-extra';
import { join } from 'node:path';
import { describeInstall, hostDistribution, ToolError } from '@bringup/process';

/** Where distributions keep the files of syslinux: Debian and Ubuntu, Fedora, Arch. */
const PLACES = [
  '/usr/lib/ISOLINUX',
  '/usr/lib/syslinux/mbr',
  '/usr/lib/syslinux/modules/bios',
  '/usr/share/syslinux',
  '/usr/lib/syslinux/bios',
];

/** Files of syslinux that end up in images, and the Debian package of each. */
const DEBIAN_PACKAGES = {
  'isolinux.bin': 'isolinux',
  'isohdpfx.bin': 'isolinux',
  'ldlinux.c32': 'syslinux-common',
  'mbr.bin': 'syslinux-common',
  'gptmbr.bin': 'syslinux-common',
} as const;

export type BootFile = keyof typeof DEBIAN_PACKAGES;

/** Where this host has a file of syslinux. @throws ToolError `TOOL_MISSING` naming the package that has it */
export async function findBootFile(name: BootFile): Promise<string> {
  for (const place of PLACES) {
    const path = join(place, name);
    if (await pathExists(path)) return path;
  }
  const debian = DEBIAN_PACKAGES[name];
  const message = `${name}: not found in ${PLACES.join(', ')}. ${describeInstall(debian, hostDistribution())}`;
  throw new ToolError('TOOL_MISSING', message, { file: name, debian });
}
