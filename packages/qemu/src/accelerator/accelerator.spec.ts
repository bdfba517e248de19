import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ARCHITECTURES, startProgram } from '@bringup/process';
import { describeWhere } from '../../../../jest.abilities.js';
import { chooseAccelerator, type HostFacts, type KvmProgress } from './accelerator.js';
import { hasVirtualisationFlag, probeHost, readBootId, readHostCpu } from './host.js';
import { ARCH_MACHINES, type BoardArch } from '../machine/arch-machines.js';

const able: HostFacts = { arch: 'x86_64', kvmUsable: true, cpuVirtualisation: true };
const runs = async (): Promise<KvmProgress> => ({ made: true });
const hangs = async (): Promise<KvmProgress> => ({ made: false, reason: 'a guest did not get to its end' });
const unasked = () => Promise.reject(new Error('a guest was started for nothing'));

describe('chooseAccelerator', () => {
  it.each<['auto' | 'kvm', BoardArch, Partial<HostFacts>, typeof runs, 'tcg' | 'kvm', string]>([
    ['auto', 'x86_64', {}, runs, 'kvm', 'the host is x86_64 too, and a guest runs'],
    ['auto', 'arm64', { arch: 'arm64' }, runs, 'kvm', 'the host is arm64 too'],
    ['auto', 'x86_64', {}, hangs, 'tcg', '/dev/kvm opens, but a guest did not get to its end'],
    ['auto', 'arm64', {}, unasked, 'tcg', 'the guest is arm64, the host x86_64'],
    ['auto', 'x86_64', { arch: 'riscv64' }, unasked, 'tcg', 'the host riscv64'],
    ['auto', 'x86_64', { kvmUsable: false }, unasked, 'tcg', '/dev/kvm cannot be opened'],
    ['auto', 'x86_64', { cpuVirtualisation: false }, unasked, 'tcg', 'neither vmx nor svm'],
    ['kvm', 'x86_64', {}, runs, 'kvm', 'as asked for'],
  ])('%s for %s on %j is %s', async (wanted, guest, host, progress, accel, reason) => {
    const choice = await chooseAccelerator(wanted, guest, { ...able, ...host }, progress);
    expect(choice).toEqual({ accel, reason: expect.stringContaining(reason) });
  });

  it('takes tcg as asked for, without a look at KVM', async () => {
    expect(await chooseAccelerator('tcg', 'x86_64', able, unasked)).toEqual({
      accel: 'tcg',
      reason: 'TCG, as asked for',
    });
  });

  it.each<[BoardArch, Partial<HostFacts>, typeof runs, string]>([
    ['arm64', {}, unasked, 'the guest is arm64'],
    ['x86_64', { kvmUsable: false }, unasked, '/dev/kvm'],
    ['x86_64', { cpuVirtualisation: false }, unasked, 'neither vmx nor svm'],
    ['x86_64', {}, hangs, 'a guest did not get to its end'],
  ])('refuses kvm for %s on %j', async (guest, host, progress, reason) => {
    await expect(chooseAccelerator('kvm', guest, { ...able, ...host }, progress)).rejects.toMatchObject({
      code: 'KVM_UNAVAILABLE',
      message: expect.stringContaining(reason),
    });
  });
});

describe('probeHost', () => {
  it('gives facts about this machine', async () => {
    const host = await probeHost();
    const names: Record<string, string> = { x64: 'x86_64' };
    expect(host.arch).toBe(names[process.arch] ?? process.arch);
    expect([typeof host.kvmUsable, typeof host.cpuVirtualisation]).toEqual(['boolean', 'boolean']);
    expect(await readBootId()).toMatch(/^[0-9a-f-]{36}$/);
    const cpu = await readHostCpu();
    expect(cpu).toMatch(/^(model name|CPU implementer|isa|uarch)\s*: \S/m);
    // One line for each kind of CPU, not for each CPU.
    expect(new Set(cpu.split('\n')).size).toBe(cpu.split('\n').length);
  });

  it.each([
    ['flags\t\t: fpu vmx sse', true],
    ['flags\t\t: fpu svm', true],
    ['flags\t\t: fpu hypervisor', false],
    ['vmx flags\t: ept\nflags\t\t: fpu', false],
    ['', false],
  ])('reads %j', (cpuinfo, expected) => expect(hasVirtualisationFlag(cpuinfo)).toBe(expected));
});

/** Why no plan says `thread=multi`: on an x86_64 host it is QEMU's own choice for every guest. */
describeWhere('x86')('TCG on x86_64 (skipped unless on x86_64)', () => {
  // Those whose emulator `npm test` installs.
  it.each<BoardArch>(['arm64', 'x86_64', 'riscv64', 'arm'])(
    'has a thread for each CPU of %s',
    async (arch) => {
      const { machine, cpu } = ARCH_MACHINES[arch];
      const hardware = ['-machine', machine, '-accel', 'tcg', '-cpu', cpu, '-smp', '2', '-m', '64M'];
      const stopped = ['-nodefaults', '-display', 'none', '-name', 'threads,debug-threads=on', '-S'];
      const qemu = await startProgram([ARCHITECTURES[arch].emulator, ...hardware, ...stopped]);
      try {
        const threads = () =>
          readdirSync(`/proc/${qemu.pid}/task`).map((id) =>
            readFileSync(`/proc/${qemu.pid}/task/${id}/comm`, 'utf8').trim(),
          );
        while (threads().filter((name) => name.endsWith('/TCG')).length < 2) await sleep(50);
        expect(threads()).toEqual(expect.arrayContaining(['CPU 0/TCG', 'CPU 1/TCG']));
      } finally {
        await qemu.stop();
      }
    },
  );
});
