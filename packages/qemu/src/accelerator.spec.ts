import { chooseAccelerator, probeHost, type BoardArch, type HostFacts } from './index.js';
import { hasVirtualisationFlag } from './host.js';

const able: HostFacts = { arch: 'x86_64', kvmUsable: true, cpuVirtualisation: true };

describe('chooseAccelerator', () => {
  it.each<['auto' | 'tcg' | 'kvm', BoardArch, Partial<HostFacts>, 'tcg' | 'kvm', string]>([
    ['auto', 'x86_64', {}, 'kvm', 'the host is x86_64 too'],
    ['auto', 'arm64', { arch: 'arm64' }, 'kvm', 'the host is arm64 too'],
    ['auto', 'arm64', {}, 'tcg', 'the guest is arm64, the host x86_64'],
    ['auto', 'x86_64', { arch: 'riscv64' }, 'tcg', 'the host riscv64'],
    ['auto', 'x86_64', { kvmUsable: false }, 'tcg', '/dev/kvm cannot be opened'],
    ['auto', 'x86_64', { cpuVirtualisation: false }, 'tcg', 'neither vmx nor svm'],
    ['tcg', 'x86_64', {}, 'tcg', 'as asked for'],
    ['kvm', 'x86_64', {}, 'kvm', 'as asked for'],
  ])('%s for %s on %j is %s', (wanted, guest, host, accel, reason) => {
    const choice = chooseAccelerator(wanted, guest, { ...able, ...host });
    expect(choice).toEqual({ accel, reason: expect.stringContaining(reason) });
  });

  it.each<[BoardArch, Partial<HostFacts>, string]>([
    ['arm64', {}, 'the guest is arm64'],
    ['x86_64', { kvmUsable: false }, '/dev/kvm'],
    ['x86_64', { cpuVirtualisation: false }, 'neither vmx nor svm'],
  ])('refuses kvm for %s on %j', (guest, host, reason) => {
    expect(() => chooseAccelerator('kvm', guest, { ...able, ...host })).toThrow(
      expect.objectContaining({ code: 'KVM_UNAVAILABLE', message: expect.stringContaining(reason) }),
    );
  });
});

describe('probeHost', () => {
  it('gives facts about this machine', async () => {
    const host = await probeHost();
    expect(host.arch).toMatch(/^(x86_64|arm64|[a-z0-9]+)$/);
    expect([typeof host.kvmUsable, typeof host.cpuVirtualisation]).toEqual(['boolean', 'boolean']);
  });

  it.each([
    ['flags\t\t: fpu vmx sse', true],
    ['flags\t\t: fpu svm', true],
    ['flags\t\t: fpu hypervisor', false],
    ['vmx flags\t: ept\nflags\t\t: fpu', false],
    ['', false],
  ])('reads %j', (cpuinfo, expected) => expect(hasVirtualisationFlag(cpuinfo)).toBe(expected));
});
