import type { Arch } from '@bringup/kbuild';
import type { ModuleGeneratorOptions } from '../../generated/module-generator-options.js';
import { programName } from '../../workspace/paths.js';
import { ownPlace } from '../parts.js';
import { appended, changeDeclared } from '../project-options.js';
import { asGenerator } from '../run-generator.js';

const SOURCE = (name: string) => `// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

static int __init ${name}_init(void)
{
	pr_info("${name}: hello\\n");
	return 0;
}

static void __exit ${name}_exit(void)
{
}

module_init(${name}_init);
module_exit(${name}_exit);

MODULE_DESCRIPTION("${name}");
MODULE_LICENSE("GPL");
`;

/** `nx g @bringup/nx:module` */
export default asGenerator<ModuleGeneratorOptions>((workspace, options) => {
  const { name, kernel, initramfs, directory } = options;
  const built = workspace.require('kernel', kernel, ['kernel']);
  const guest =
    initramfs === undefined
      ? undefined
      : workspace.require('initramfs', initramfs, ['initramfs'], built.options.arch as Arch);
  // A project name may have characters that a C identifier may not. The kernel itself treats a dash as an underscore.
  const module = programName(name).replace(/\W/g, '_');
  workspace.add({
    ...ownPlace(name, directory),
    kind: 'kernel-module',
    options: { kernel },
    files: { [`${module}.c`]: SOURCE(module), Kbuild: `obj-m := ${module}.o\n` },
  });
  if (guest) {
    const taken = { project: name };
    changeDeclared(workspace, guest, ({ options: own }) => {
      own.modules = appended<{ project?: string }>(own.modules, taken, ({ project }) => project === name);
    });
  }
  workspace.notes.push(
    `Build it: nx run ${name}:build`,
    `The kernel needs CONFIG_MODULES: nx run ${kernel}:explain --symbol=MODULES says whether it has it`,
  );
});
