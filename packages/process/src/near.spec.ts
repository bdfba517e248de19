import { nearNames, suggestNames } from './near.js';

const ARCHES = ['arm64', 'x86_64', 'riscv64', 'arm'];

it.each([
  ['am64', ['arm64']],
  ['x86-64', ['x86_64']],
  ['risc64', ['riscv64']],
  ['sparc', []],
])('near %s are %j', (name, near) => expect(nearNames(name, ARCHES)).toEqual(near));

it('says the near names, or all of them', () => {
  expect(suggestNames('x8664', ARCHES)).toBe('Did you mean x86_64?');
  expect(suggestNames('mips', ARCHES)).toBe('There are: arm64, x86_64, riscv64, arm');
});
