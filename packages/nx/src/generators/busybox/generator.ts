import type { BusyboxGeneratorOptions } from '../../generated/busybox-generator-options.js';
import { sourceOption } from '../../kinds/kconfig/source-option.js';
import { ownPlace } from '../parts.js';
import { asGenerator } from '../run-generator.js';
import { busyboxProject } from '../templates.js';

/** `nx g @bringup/nx:busybox` */
export default asGenerator<BusyboxGeneratorOptions>((workspace, options) => {
  const { name, arch, source = 'debian', directory } = options;
  workspace.add(busyboxProject(ownPlace(name, directory), arch, sourceOption('busybox', source, options)));
  workspace.notes.push(`Build it: nx run ${name}:build`);
});
