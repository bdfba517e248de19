import type { InitramfsGeneratorOptions } from '../../generated/initramfs-generator-options.js';
import { busyboxPart, ownPlace } from '../parts.js';
import { asGenerator } from '../run-generator.js';
import { initramfsProject } from '../templates.js';

/** `nx g @bringup/nx:initramfs` */
export default asGenerator<InitramfsGeneratorOptions>((workspace, options) => {
  const { name, arch, console, directory } = options;
  const busybox = busyboxPart(workspace, { arch, given: options.busybox });
  workspace.add(initramfsProject(ownPlace(name, directory), { arch, busybox, console }));
  workspace.notes.push(`Build it: nx run ${name}:build`);
});
