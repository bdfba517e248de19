import type { UBootGeneratorOptions } from '../../generated/u-boot-generator-options.js';
import { sourceOption } from '../../kinds/kconfig/source-option.js';
import { ownPlace } from '../parts.js';
import { asGenerator } from '../run-generator.js';
import { ubootProject } from '../templates.js';

/** `nx g @bringup/nx:u-boot` */
export default asGenerator<UBootGeneratorOptions>((workspace, options) => {
  const { name, arch, source = 'debian', directory } = options;
  workspace.add(ubootProject(ownPlace(name, directory), arch, sourceOption('u-boot', source, options)));
  workspace.notes.push(`Build it: nx run ${name}:build`);
});
