import type { ProgramGeneratorOptions } from '../../generated/program-generator-options.js';
import { programName } from '../../workspace/paths.js';
import { ownPlace } from '../parts.js';
import { appended, changeDeclared } from '../project-options.js';
import { asGenerator } from '../run-generator.js';

const MAIN = (name: string) => `#include <stdio.h>

int main(void) {
  puts("${name}: hello");
  return 0;
}
`;

/** `nx g @bringup/nx:program` */
export default asGenerator<ProgramGeneratorOptions>((workspace, options) => {
  const { name, arch, initramfs, directory } = options;
  const guest =
    initramfs === undefined ? undefined : workspace.require('initramfs', initramfs, ['initramfs'], arch);
  const program = programName(name);
  workspace.add({
    ...ownPlace(name, directory),
    kind: 'program',
    options: { arch, sources: ['{projectRoot}/main.c'] },
    files: { 'main.c': MAIN(program) },
  });
  if (guest) {
    const file = { path: `/usr/bin/${program}`, from: `${name}:${program}` };
    changeDeclared(workspace, guest, ({ options: own }) => {
      own.files = appended(own.files, file, ({ path }) => path === file.path);
    });
  }
  workspace.notes.push(`Build it: nx run ${name}:build`);
});
