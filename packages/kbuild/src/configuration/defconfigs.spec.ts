import { generatedDefconfigs } from './defconfigs.js';

it.each([
  [
    'powerpc',
    'generated_configs += ppc64le_defconfig\nppc64le_defconfig:\n\t$(call merge,le)\n',
    ['ppc64le_defconfig'],
  ],
  ['a rule with prerequisites', 'pseries_defconfig: ppc64le_guest_defconfig\n', ['pseries_defconfig']],
  [
    'mips',
    '$(eval $(call gen_generic_defconfigs,32 64,r2 r6,eb el))\n',
    ['32r2', '32r2el', '32r6', '32r6el', '64r2', '64r2el', '64r6', '64r6el'].map(
      (name) => `${name}_defconfig`,
    ),
  ],
  ['boards of mips', 'ocelot_defconfig-y\t\t:= 32r2el_defconfig BOARDS=ocelot\n', ['ocelot_defconfig']],
  ['what only looks like a rule', 'KBUILD_DEFCONFIG := a_defconfig\n# b_defconfig:\n\t c_defconfig: x\n', []],
])('configurations that a Makefile makes: %s', (_, makefile, names) => {
  expect(generatedDefconfigs(makefile)).toEqual(names);
});
