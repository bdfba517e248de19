import { join } from 'node:path';
import { checkDtbs, dtbName, planDtbs } from './dtbs.js';

const KERNEL = join(__dirname, '../../fixtures', 'fake-kernel');

it.each([
  ['board', 'board.dtb'],
  ['acme/rocket', 'rocket.dtb'],
  ['sun4i-a10-cubieboard', 'sun4i-a10-cubieboard.dtb'],
])('publishes %s as %s', (dtb, name) => {
  expect(dtbName(dtb)).toBe(name);
});

it('has a goal of make for each, and knows where make leaves it', () => {
  expect(planDtbs('x86_64', ['board', 'acme/rocket'])).toEqual({
    goals: ['board.dtb', 'acme/rocket.dtb'],
    artifacts: {
      'board.dtb': 'arch/x86/boot/dts/board.dtb',
      'rocket.dtb': 'arch/x86/boot/dts/acme/rocket.dtb',
    },
  });
  expect(planDtbs('riscv64', ['a']).artifacts).toEqual({ 'a.dtb': 'arch/riscv/boot/dts/a.dtb' });
  expect(planDtbs('arm', [])).toEqual({ goals: [], artifacts: {} });
});

it('takes what the kernel has', async () => {
  await expect(checkDtbs(KERNEL, 'x86_64', ['board', 'acme/rocket'])).resolves.toBeUndefined();
});

it.each([
  ['x86_64', ['rocket'], 'UNKNOWN_DTB', 'It has acme/rocket'],
  ['x86_64', ['board', 'nope'], 'UNKNOWN_DTB', 'no arch/x86/boot/dts/nope.dts. Look into arch/x86/boot/dts'],
  ['arm64', ['board'], 'UNKNOWN_DTB', 'no arch/arm64/boot/dts/board.dts. Look into'],
  ['x86_64', ['acme/rocket', 'board', 'other/rocket'], 'DUPLICATE_DTB', 'would be published as rocket.dtb'],
  ['x86_64', ['board', 'board'], 'DUPLICATE_DTB', 'would be published as board.dtb'],
] as const)('refuses for %s: %j', async (arch, dtbs, code, message) => {
  await expect(checkDtbs(KERNEL, arch, dtbs)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});
