import type { ElfFacts } from './elf.js';
import type { Stop } from './session-model.js';
import { planSymbols, type BootFacts, type PlannedFile } from './symbol-plan.js';

const file = (name: string, elf: Partial<ElfFacts>): PlannedFile => ({
  symbols: { file: name, sourcePaths: [] },
  elf: { machine: '', entry: 0n, sections: [], segments: [], hasSymbols: true, hasDebugInfo: true, ...elf },
});

const ARM64 = file('vmlinux', {
  entry: 0xffffffc008000000n,
  segments: [{ virtual: 0xffffffc008000000n, physical: 0xffffffc008000000n }],
});
const X86 = file('vmlinux', {
  entry: 0x1000000n,
  segments: [{ virtual: 0xffffffff81000000n, physical: 0x1000000n }],
});
const U_BOOT = file('u-boot', { entry: 0n });

const linked = { file: 'vmlinux', sourcePaths: [], offset: 0n };
const physical = { ...linked, offset: 0x4038200000n, until: { symbol: '__primary_switched' } };
const check = { address: 0x40200000n, offset: 0x4038200000n };
const direct: BootFacts = { arch: 'arm64', at: 'start_kernel', vmlinux: ARM64, loadAddress: 0x40200000n };

it('has linked symbols for start_kernel, and looks at the kernel where it starts', () => {
  expect(planSymbols(direct)).toEqual({ phases: [linked], runTo: { symbol: 'start_kernel' }, check });
});

it('has physical symbols until the MMU is on', () => {
  expect(planSymbols({ ...direct, at: 'first-instruction' })).toEqual({
    phases: [physical, linked],
    runTo: { address: 0x40200000n },
    check,
  });
});

it("takes x86_64's physical addresses from its ELF", () => {
  const plan = planSymbols({ arch: 'x86_64', at: 'first-instruction', vmlinux: X86 });
  const offset = (1n << 64n) - 0xffffffff80000000n;
  expect(plan.runTo).toEqual({ address: 0x1000000n });
  expect(plan.phases).toEqual([{ ...linked, offset, until: { symbol: 'x86_64_start_kernel' } }, linked]);
});

it('follows U-Boot to the end of memory, and then the kernel', () => {
  const moves = { symbol: 'relocate_code', register: 'x0', linked: 0n, arrival: 'board_init_r' };
  const uBoot = { file: 'u-boot', sourcePaths: [] };
  const plan = planSymbols({ ...direct, at: 'u-boot-relocated', uBoot: U_BOOT });
  expect(plan).toEqual({
    phases: [
      { ...uBoot, offset: 0n, until: { moves } },
      { ...uBoot, stop: true, until: { address: 0x40200000n } },
      physical,
      linked,
    ],
    runTo: 'phase',
    check,
  });
  expect(planSymbols({ ...direct, at: 'u-boot', uBoot: U_BOOT }).runTo).toEqual({ address: 0n });
  expect(planSymbols({ ...direct, at: 'reset', uBoot: U_BOOT })).toMatchObject({ phases: { length: 4 } });
});

it('stays at the reset where that is asked for', () => {
  expect(planSymbols({ ...direct, at: 'reset' })).toEqual({ phases: [physical, linked], check });
  const noLoad = { ...direct, loadAddress: undefined };
  expect(planSymbols({ ...noLoad, at: 'reset' })).toEqual({ phases: [linked], check: undefined });
});

it.each<[Stop, Partial<BootFacts>, RegExp]>([
  [
    'first-instruction',
    { loadAddress: undefined, noLoadAddress: 'the EFI stub moves it' },
    /the EFI stub moves it/,
  ],
  ['first-instruction', { arch: 'riscv64' }, /not known/],
  ['u-boot', {}, /does not boot through U-Boot/],
  ['u-boot-relocated', { arch: 'x86_64', uBoot: U_BOOT, vmlinux: X86 }, /arm64 only/],
])('refuses to stop at %s where it cannot (%#)', (at, facts, why) => {
  expect(() => planSymbols({ ...direct, ...facts, at })).toThrow(why);
  expect(() => planSymbols({ ...direct, ...facts, at })).toThrow(/--at=start_kernel works/);
});
