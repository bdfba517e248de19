import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARCHITECTURES } from '@bringup/process';
import { probeKvm, type KvmProbe } from './kvm-probe.js';
import { ARCH_MACHINES, type BoardArch } from '../machine/arch-machines.js';
import { selectAccelerator } from './select-accelerator.js';

const place = mkdtempSync(join(tmpdir(), 'kvm-probe-'));
const starts = join(place, 'starts');
afterAll(() => rmSync(place, { recursive: true }));
beforeEach(() => rmSync(join(place, 'kvm'), { recursive: true, force: true }));

/** A QEMU that counts its starts. The PC's guest ends the real one with 85. */
function fakeQemu(body: string): string {
  const path = join(place, 'qemu');
  writeFileSync(path, `#!/bin/sh\necho "$@" >>${starts}\n${body}\n`);
  chmodSync(path, 0o755);
  writeFileSync(starts, '');
  return path;
}
const started = () => readFileSync(starts, 'utf8').split('\n').length - 1;

/** A limit for programs that end by themselves, however loaded this machine is. */
const PATIENT_MS = 240_000;
const NOW = 1_600_000_000_000;
const probe = (binary: string, more: Partial<KvmProbe> = {}): KvmProbe => ({
  arch: 'x86_64',
  binary,
  cpu: 'host',
  bootId: 'this-boot',
  hostCpu: 'a CPU',
  directory: join(place, 'kvm'),
  now: NOW,
  timeoutMs: PATIENT_MS,
  ...more,
});

const RUNS = 'exit 85';
const LACKS_KVM = 'echo "qemu: -accel kvm: invalid accelerator kvm" >&2; exit 1';

describe('probeKvm', () => {
  it('believes a guest that ran, and asks QEMU for KVM and the CPU', async () => {
    expect(await probeKvm(probe(fakeQemu(RUNS), { cpu: 'host,pmu=off' }))).toEqual({ made: true });
    expect(readFileSync(starts, 'utf8')).toMatch(/-accel kvm -cpu host,pmu=off /);
  });

  it.each([
    ['fails', LACKS_KVM, 'QEMU cannot run a guest: qemu: -accel kvm: invalid accelerator kvm'],
    ['ends by itself', 'exit 0', 'QEMU ended before a guest had run'],
    ['crashes', 'echo Assertion failed >&2; kill -ABRT $$', 'QEMU cannot run a guest: Assertion failed'],
  ])('says why when QEMU %s', async (_what, body, reason) => {
    expect(await probeKvm(probe(fakeQemu(body)))).toEqual({ made: false, reason });
  });

  it('ends a guest that hangs', async () => {
    const qemu = fakeQemu(`echo $$ >${place}/new && mv ${place}/new ${place}/pid; exec sleep 600`);
    // On a loaded machine the shell needs time to write its number.
    for (let timeoutMs = 300; !existsSync(`${place}/pid`); timeoutMs *= 2) {
      const progress = await probeKvm(probe(qemu, { timeoutMs }));
      const reason = `a guest of a few instructions did not get to its end in ${timeoutMs / 1000} s`;
      expect(progress).toEqual({ made: false, reason });
      rmSync(join(place, 'kvm'), { recursive: true, force: true });
    }
    expect(existsSync(`/proc/${readFileSync(`${place}/pid`, 'utf8').trim()}`)).toBe(false);
  });

  it('does not fail when QEMU is missing', async () => {
    expect(await probeKvm(probe('qemu-system-nowhere'))).toEqual({
      made: false,
      reason: expect.stringContaining('qemu-system-nowhere'),
    });
    expect(existsSync(join(place, 'kvm'))).toBe(false);
  });

  it('starts nothing for an architecture without KVM', async () => {
    const progress = await probeKvm(probe(fakeQemu(RUNS), { arch: 'arm' }));
    expect([progress.made, started()]).toEqual([false, 0]);
  });

  it('stops when asked to, and remembers nothing', async () => {
    const controller = new AbortController();
    const asked = probeKvm(probe(fakeQemu('exec sleep 60'), { signal: controller.signal }));
    setTimeout(() => controller.abort(new Error('stop')), 100); // Before or after it has started.
    await expect(asked).rejects.toThrow('stop');
    expect(existsSync(join(place, 'kvm'))).toBe(false);
  });
});

describe('what probeKvm remembers', () => {
  const HOUR = 3_600_000;
  it.each<[string, string, Partial<KvmProbe>, number]>([
    ['a yes an hour ago', RUNS, { now: NOW + HOUR }, 1],
    ['a yes of yesterday', RUNS, { now: NOW + 25 * HOUR }, 2],
    ['a no a minute ago', LACKS_KVM, { now: NOW + HOUR / 60 }, 1],
    ['a no an hour ago', LACKS_KVM, { now: NOW + HOUR }, 2],
    ['a no, when it is not to be trusted', LACKS_KVM, { distrustNo: true }, 2],
    ['an answer from the future', RUNS, { now: NOW - 1 }, 2],
    ['another boot', RUNS, { bootId: 'next-boot' }, 2],
    ['another CPU of the host', RUNS, { hostCpu: 'another' }, 2],
    ['another -cpu', RUNS, { cpu: 'qemu64' }, 2],
  ])('%s', async (_what, body, later, expected) => {
    const qemu = fakeQemu(body);
    const first = await probeKvm(probe(qemu));
    expect(await probeKvm(probe(qemu, later))).toEqual(first);
    expect(started()).toBe(expected);
  });

  it('is forgotten when QEMU has changed', async () => {
    expect(await probeKvm(probe(fakeQemu(LACKS_KVM)))).toMatchObject({ made: false });
    expect(await probeKvm(probe(fakeQemu(RUNS)))).toEqual({ made: true });
  });

  it('is empty when the boot has no id', async () => {
    const qemu = fakeQemu(RUNS);
    for (let round = 0; round < 2; round += 1) await probeKvm(probe(qemu, { bootId: undefined }));
    expect(started()).toBe(2);
  });

  it.each(['', 'null', '{"bootId":"this-boot"}', '{"bootId":"this-boot","at":1600000000000,"progress":7}'])(
    'is asked again when the file is %j',
    async (content) => {
      const qemu = fakeQemu(RUNS);
      await probeKvm(probe(qemu));
      const [name] = readdirSync(join(place, 'kvm'));
      writeFileSync(join(place, 'kvm', name!), content);
      expect(await probeKvm(probe(qemu))).toEqual({ made: true });
      expect(started()).toBe(2);
    },
  );

  it('is not required: a failed write is ignored', async () => {
    const directory = join(fakeQemu(RUNS), 'below-a-file');
    expect(await probeKvm(probe(join(place, 'qemu'), { directory }))).toEqual({ made: true });
  });
});

/** The guests themselves, in the real QEMU. */
describe('a guest that makes progress', () => {
  it.each<BoardArch>(['x86_64', 'arm64', 'riscv64'])('gets to its end on %s under TCG', async (arch) => {
    const { cpu } = ARCH_MACHINES[arch];
    const tcg = { arch, cpu, accel: 'tcg', timeoutMs: PATIENT_MS };
    expect(await probeKvm(probe(ARCHITECTURES[arch].emulator, tcg))).toEqual({ made: true });
  });
});

/** Whatever /dev/kvm is here: there, not there, or there without a guest getting anywhere. */
describe('selectAccelerator on this machine', () => {
  const wish = { wanted: 'auto', arch: 'x86_64', home: place } as const;
  it('decides, and the same again', async () => {
    const choice = await selectAccelerator(wish);
    expect(choice).toEqual({
      accel: expect.stringMatching(/^(kvm|tcg)$/),
      reason: expect.stringMatching(/^(KVM|TCG): ./),
    });
    expect(await selectAccelerator(wish)).toEqual(choice);
  });

  it.each(['host', 'qemu64'])('ends a guest of KVM on -cpu %s, wherever it got', async (cpu) => {
    const progress = await probeKvm(probe(ARCHITECTURES.x86_64.emulator, { cpu, timeoutMs: undefined }));
    if (progress.made) expect(existsSync('/dev/kvm')).toBe(true);
    else expect(progress.reason).toMatch(/^(QEMU|a guest of a few instructions)/);
  });
});
