import { UserError } from '@bringup/process';
import type { DiskGeneratorOptions } from '../../generated/disk-generator-options.js';
import { ownPlace } from '../parts.js';
import { asGenerator } from '../run-generator.js';
import { bootDiskProject, dataDiskProject } from '../templates.js';

/** `nx g @bringup/nx:disk` */
export default asGenerator<DiskGeneratorOptions>((workspace, options) => {
  const { name, arch, initramfs, kernel, directory } = options;
  const place = ownPlace(name, directory);
  workspace.require('initramfs', initramfs, ['initramfs'], arch);
  if (kernel === undefined) workspace.add(dataDiskProject(place, arch, initramfs));
  else {
    if (arch !== 'x86_64') {
      const message = `kernel: a disk for ${arch} has no boot loader: syslinux is for x86_64. Leave kernel out, and boot it with boot: disk`;
      throw new UserError('NO_BOOT_PATH', message, { arch });
    }
    workspace.require('kernel', kernel, ['kernel'], arch);
    workspace.add(bootDiskProject(place, { arch, kernel, initramfs }));
  }
  workspace.notes.push(`Build it: nx run ${name}:build`);
});
