import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram, startProgram } from '@bringup/process';
import { describeWhere } from '../../../../jest.abilities.js';
import { planMachine, type MachineOptions } from '../index.js';
import { checkShares, findVirtiofsd } from './check-shares.js';
import { planShareServers, type Share } from './shares.js';

const base: MachineOptions = {
  ...{ arch: 'arm64', accel: 'tcg', console: 'pipe', boot: { via: 'kernel', kernel: 'Image' } },
  ...{ runDirectory: '/run/x', virtiofsd: '/usr/libexec/virtiofsd' },
};
const text = (options: Partial<MachineOptions>) => planMachine({ ...base, ...options }).argv.join(' ');

it.each<[Share, string]>([
  [{ path: '/a, b', tag: 't' }, '-fsdev local,id=share0,path=/a,, b,security_model=none,readonly=on'],
  [{ type: '9p', path: '/a', tag: 't', writable: true }, '-device virtio-9p-device,fsdev=share0,mount_tag=t'],
  [{ type: 'virtiofs', path: '/a', tag: 't' }, '-chardev socket,id=share0,path=/run/x/share0'],
  [{ type: 'virtiofs', path: '/a', tag: 't' }, '-device vhost-user-fs-pci,chardev=share0,tag=t'],
  [{ type: 'virtiofs', path: '/a', tag: 't' }, '-object memory-backend-memfd,id=memory,size=256M,share=on'],
  [{ type: 'virtiofs', path: '/a', tag: 't' }, '-machine memory-backend=memory'],
  [{ type: 'smb', path: '/a, b', writable: true }, '-netdev user,id=net0,smb=/a,, b,hostfwd='],
])('%j gives %s', (share, argument) => {
  const forwards = [{ protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 1, guestPort: 2 }] as const;
  const network = [{ type: 'user', forwards }] as const;
  expect(text({ shares: [share], network })).toContain(argument);
  expect(text({ network })).not.toContain(argument);
});

it('starts a virtiofsd for each share by it, and nothing where there is none', () => {
  const shares: Share[] = [
    { path: '/nine', tag: 'nine' },
    { type: 'virtiofs', path: '/read', tag: 'r' },
    { type: 'virtiofs', path: '/write', tag: 'w', writable: true },
  ];
  const { wrapper } = planMachine({ ...base, shares });
  const served = ['share1', 'ro', '/read', 'share2', 'rw', '/write'];
  expect(wrapper.slice(2)).toEqual(['/run/x', '/usr/libexec/virtiofsd', ...served, '--']);
  expect(existsSync(wrapper[1]!)).toBe(true);
  expect(planMachine({ ...base, shares: shares.slice(0, 1) }).wrapper).toEqual([]);
  // Where nobody has looked, it is Debian's.
  const unseen = planMachine({ ...base, shares, virtiofsd: undefined });
  expect(unseen.wrapper[3]).toBe('/usr/lib/qemu/virtiofsd');
});

it('smb needs a card on the user network', () => {
  const shares: Share[] = [{ type: 'smb', path: '/a', writable: true }];
  expect(() => text({ shares })).toThrow('smb, which needs a card on the user network');
});

it('says what the host lacks', async () => {
  await expect(findVirtiofsd(['/nowhere/virtiofsd'])).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    message: expect.stringContaining('apt-get install qemu-system-common'),
  });
  const smb: Share = { type: 'smb', path: tmpdir(), writable: true };
  await expect(checkShares([smb, smb])).rejects.toMatchObject({ code: 'SHARES_UNUSABLE' });
});

describeWhere('userNamespaces')('virtiofsd (skipped without user namespaces)', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'bringup-virtiofs-'));
    mkdirSync(join(directory, 'shared'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const servers = async (share: Share) =>
    planShareServers([share], { runDirectory: join(directory, 'run'), virtiofsd: await findVirtiofsd() });

  /** Process ids of those whose output is the log: virtiofsd, which has another root, and so no path in common with us. */
  const serving = () =>
    readdirSync('/proc').filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/1`) === join(directory, 'run/share0.log');
      } catch {
        return false; // No process, or one that has just ended.
      }
    });

  it('is there when QEMU starts, and ends when that is killed', async () => {
    const argv = [
      ...(await servers({ type: 'virtiofs', path: join(directory, 'shared'), tag: 't' })),
      'sleep',
      '600',
    ];
    const program = await startProgram(argv as [string, ...string[]]);
    const log = join(directory, 'run/share0.log');
    const ready = () => existsSync(log) && readFileSync(log, 'utf8').includes('Waiting');
    while (!ready()) await sleep(20);
    expect(serving()).not.toEqual([]);
    process.kill(program.pid, 'SIGKILL');
    await program.exited;
    while (serving().length > 0) await sleep(50);
  });

  it('that cannot serve keeps QEMU from starting', async () => {
    const argv = [...(await servers({ type: 'virtiofs', path: join(directory, 'gone'), tag: 't' })), 'touch'];
    const started = join(directory, 'started');
    await expect(runProgram([...argv, started] as unknown as [string])).rejects.toMatchObject({
      message: expect.stringMatching(/virtiofsd cannot share .*gone:\n.*mount: /s),
    });
    expect(existsSync(started)).toBe(false);
  });
});
