import { join } from 'node:path';
import { readdir, readFile } from 'fs-extra';

/** A rule of an architecture's Makefile: `ppc64le_defconfig:`. */
const RULE = /^(\w[\w-]*_defconfig):/gm;
/** arch/mips/Makefile: a rule for each combination of bits, revision and endianness. */
const COMBINED = /^\$\(eval \$\(call gen_generic_defconfigs,([^,]+),([^,]+),([^)]+)\)\)/gm;
/** arch/mips/Makefile: `ocelot_defconfig-y := 32r2el_defconfig BOARDS=ocelot`. */
const LEGACY = /^(\w[\w-]*_defconfig)-y\s*:=/gm;

/**
 * The configurations that a Makefile puts together from others, without a file of their names (`generated_configs` in arch/powerpc,
 * `generic_defconfigs` in arch/mips).
 */
export function generatedDefconfigs(makefile: string): string[] {
  const names = [RULE, LEGACY].flatMap((form) => [...makefile.matchAll(form)].map(([, name]) => name!));
  for (const [, ...lists] of makefile.matchAll(COMBINED)) {
    const [bits, revisions, orders] = lists.map((list) => list.trim().split(/\s+/));
    for (const bit of bits!)
      for (const revision of revisions!)
        for (const order of orders!) names.push(`${bit}${revision}${order === 'el' ? 'el' : ''}_defconfig`);
  }
  return [...new Set(names)];
}

/**
 * Every `NAME_defconfig` that the tree has for an architecture: files, and those that the architecture's Makefile makes.
 *
 * @param directories where the tree keeps configurations, relative to it: the Makefile lies above them
 */
export async function listDefconfigs(tree: string, directories: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const directory of directories) {
    const names = await readdir(join(tree, directory)).catch(() => []);
    found.push(...names.filter((name) => name.endsWith('_defconfig')));
    const makefile = await readFile(join(tree, directory, '..', 'Makefile'), 'utf8').catch(() => '');
    found.push(...generatedDefconfigs(makefile));
  }
  return [...new Set(found)].sort();
}
