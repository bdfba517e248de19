import { nearNames, suggestNames } from './near.js';

const ARCHES = ['arm64', 'x86_64', 'riscv64', 'arm'];

it.each([
  ['am64', ['arm64']],
  ['arm46', ['arm64', 'arm']],
  ['ARM64', ['arm64', 'arm']],
  ['x86-64', ['x86_64']],
  ['risc64', ['riscv64']],
  ['sparc', []],
])('near %s are %j', (name, near) => expect(nearNames(name, ARCHES)).toEqual(near));

it.each([
  ['usr', ['user', 'tap'], ['user']],
  ['net_virtio', ['VIRTIO_NET', 'VIRTIO_PCI'], ['VIRTIO_NET']],
  ['mapped', ['none', 'mapped-xattr', 'mapped-file'], ['mapped-file', 'mapped-xattr']],
  ['DRM_FORCED', ['FORCED'], []],
  ['abcdefghijkl', ['abcdefghijkl', 'bacdefghijlk', 'abcdefgh'], ['bacdefghijlk']],
  ['NTE', ['NET', 'TEE', 'NFS'], ['NET']],
  ['aaaaaa', ['aaaaa1', 'aaaaa2', 'aaaaa3', 'aaaaa4', 'aaaaa5', 'aaaaa6'].reverse(), 5],
] as const)('of a slip, of words in another order, of a part: %s', (name, known, near) => {
  const found = nearNames(name, known);
  if (typeof near === 'number') expect(found).toEqual([...known].reverse().slice(0, near));
  else expect(found).toEqual(near);
});

it('says the near names, or all of them', () => {
  expect(suggestNames('x8664', ARCHES)).toBe('Did you mean x86_64?');
  expect(suggestNames('mips', ARCHES)).toBe('There are: arm64, x86_64, riscv64, arm');
});
