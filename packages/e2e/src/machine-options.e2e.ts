import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReadStream, WriteStream } from 'node:tty';
import type { Duplex } from 'node:stream';
import {
  chooseHostPorts,
  choosePort,
  macAddress,
  planMachine,
  runDetached,
  runGuestTest,
  SHELL_PROMPT,
  stopRun,
  type Drive,
  type DriveInterface,
  type GuestCommand,
  type MachineOptions,
} from '@bringup/qemu';
import { itWhere } from '../../../jest.abilities.js';
import { nx, REPOSITORY } from './nx-run.js';
import { remaining } from './processes.js';

/** Each option of the machine in a guest that boots: the demo's arm64 kernel with more drivers, and its BusyBox. */
const MINUTES = 60_000;

let directory: string;
const built = (path: string) => join(REPOSITORY, 'dist', path);
const at = (path: string) => join(directory, path);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'bringup-machine-'));
  const env = {
    HOME: process.env.HOME!,
    ...(process.env.BRINGUP_HOME && { BRINGUP_HOME: process.env.BRINGUP_HOME }),
  };
  for (const args of [
    ['run', 'rootfs:build'],
    ['run', 'kernel:build', '-c', 'devices'],
  ]) {
    const { exitCode, output } = await nx(args, { cwd: REPOSITORY, env });
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  }
}, 30 * MINUTES);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What the guest prints when somebody outside is to do something. */
const CALL = 'now-outside';
const CALLING: GuestCommand[] = [
  { run: 'mkdir -p /call && mount -t 9p -o trans=virtio call /call' },
  { run: `echo ${CALL.replace('-', '""-')}; until test -e /call/done; do usleep 50000; done` },
];

interface Boot extends Partial<MachineOptions> {
  /** Put before QEMU. */
  wrapper?: readonly string[];
  /** Work of the test while the guest waits at {@link CALLING}, with the console so far. */
  outside?: (console: string) => Promise<void>;
  /** Work of the test from the start on. */
  beside?: () => Promise<void>;
}

/** @returns what the guest wrote */
async function boot(
  { wrapper = [], outside, beside, ...options }: Boot,
  commands: GuestCommand[],
): Promise<string> {
  const call = at(`call-${Math.random().toString(36).slice(2)}`);
  mkdirSync(call);
  let console = '';
  let work: Promise<void> | undefined = beside?.();
  const machine: MachineOptions = {
    arch: 'arm64',
    board: 'e2e',
    accel: 'tcg',
    console: 'pipe',
    boot: { via: 'kernel', kernel: built('kernel/devices/Image'), initrd: built('rootfs/initramfs.cpio.gz') },
    ...options,
    shares: [...(options.shares ?? []), ...(outside ? [{ path: call, tag: 'call' }] : [])],
  };
  const { consoleLog } = await runGuestTest(
    ({ runDirectory }) => {
      const planned = planMachine({ ...machine, runDirectory });
      return { ...planned, wrapper: [...wrapper, ...planned.wrapper] };
    },
    {
      readyPattern: SHELL_PROMPT,
      commands,
      bootTimeoutMs: MINUTES,
      commandTimeoutMs: MINUTES / 2,
      powerOff: { command: 'poweroff -f', timeoutMs: MINUTES },
    },
    {
      onConsole: (chunk) => {
        console += chunk;
        if (!console.includes(CALL) || work) return;
        work = outside?.(console).finally(() => writeFileSync(join(call, 'done'), ''));
        work?.catch(() => undefined); // It is awaited when the guest has ended.
      },
    },
  );
  await work;
  return consoleLog.replaceAll('\r', '');
}

/** Reads until `pattern` is there. */
async function answer(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  let text = '';
  for (let left = 200; left > 0 && !pattern.test(text); left -= 1) {
    text += String(stream.read() ?? '');
    if (!pattern.test(text)) await sleep(50);
  }
  expect(text).toMatch(pattern);
  return text;
}

async function connect(to: { port: number } | { path: string }): Promise<Duplex> {
  for (let left = 100; ; left -= 1) {
    const socket = createConnection('port' in to ? { host: '127.0.0.1', ...to } : to);
    const failed = await new Promise<Error | undefined>((resolve) =>
      socket.once('connect', () => resolve(undefined)).once('error', resolve),
    );
    if (!failed) return socket.on('error', () => undefined);
    if (left === 0) throw failed;
    await sleep(50);
  }
}

describe('network', () => {
  it('carries a request through a forward to a server in the guest, which has two cards', async () => {
    const forwards = [{ protocol: 'tcp', guestPort: 80 } as const];
    const network = await chooseHostPorts([
      { type: 'user', forwards },
      { type: 'user', model: 'e1000' },
    ]);
    const port = network[0]?.type === 'user' ? network[0].forwards[0]?.hostPort : undefined;
    const addresses = `^${macAddress('e2e', 0)}\\s+${macAddress('e2e', 1)}$`;
    const outside = async () => {
      const reply = await fetch(`http://127.0.0.1:${port}/`);
      expect(await reply.text()).toBe('hello from the guest\n');
    };
    await boot({ network, outside }, [
      { run: 'for n in 0 1; do cat /sys/class/net/eth$n/address; done', expect: addresses },
      { run: 'readlink /sys/class/net/eth1/device/driver', expect: 'e1000' },
      { run: 'ip addr add 10.0.2.15/24 dev eth0; ip link set eth0 up' },
      { run: 'mkdir /www; echo "hello from the guest" >/www/index.html; httpd -h /www' },
      ...CALLING,
    ]);
  });

  it('has none by default', async () => {
    await boot({}, [{ run: '! ls -d /sys/class/net/eth*' }]);
  });

  const title = 'reaches a tap interface of the host (skipped unless root can make network interfaces)';
  itWhere('interfaces')(title, async () => {
    const setUp =
      'ip tuntap add dev tap0 mode tap && ip addr add 192.0.2.1/24 dev tap0 && ip link set tap0 up && exec "$@"';
    const network: MachineOptions['network'] = [{ type: 'tap', ifname: 'tap0' }];
    await boot({ network, wrapper: ['unshare', '--net', 'sh', '-c', setUp, 'sh'] }, [
      {
        run: 'ip addr add 192.0.2.2/24 dev eth0; ip link set eth0 up; ping -c 1 -w 5 192.0.2.1',
        expect: ' 0% packet loss',
      },
    ]);
  });
});

describe('drives', () => {
  const KINDS = ['virtio', 'scsi', 'ide', 'usb', 'nvme', 'sd', 'pflash'] as const satisfies DriveInterface[];
  /** QEMU's virt machine has two banks of 64 MiB. */
  const BYTES: Partial<Record<(typeof KINDS)[number], number>> = { pflash: 64 << 20 };
  const make = (name: string, kind: (typeof KINDS)[number] = 'virtio'): Drive => {
    const bytes = Buffer.alloc(BYTES[kind] ?? 1 << 20);
    bytes.write(`${name}|`);
    writeFileSync(at(name), bytes);
    return { file: at(name), format: 'raw', interface: kind };
  };
  const starts = (name: string) => readFileSync(at(name)).toString('latin1', 0, 8);
  const list =
    'for d in $(ls /sys/block); do case $d in loop*|ram*|mmcblk*boot*) ;; *) echo "$d=$(head -c 8 /dev/$d | tr -d "\\0")";; esac; done';

  it('are there on every bus, and lose what the guest writes', async () => {
    const drives = KINDS.map((kind) => make(kind, kind));
    const log = await boot({ drives }, [
      // A USB disk is there a second after the others, later on a busy host.
      {
        run: 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do [ -b /dev/sdc ] && break; sleep 1; done; [ -b /dev/sdc ]',
      },
      { run: list },
      // Linux puts both banks together to one device; the firmware's comes first.
      { run: 'dd if=/dev/mtdblock0 bs=1M skip=64 count=1 2>/dev/null | head -c 7', expect: '^pflash\\|' },
      // Flash is written by a protocol of its own.
      {
        run: `for d in vda sda sdb sdc nvme0n1 mmcblk0; do echo written | dd of=/dev/$d conv=fsync 2>/dev/null || echo no $d; done; sync`,
      },
      { run: list },
    ]);
    for (const kind of KINDS.filter((name) => name !== 'pflash'))
      expect(log).toMatch(new RegExp(`^\\w+=${kind}\\|`, 'm'));
    expect(log.match(/^(vda|sd[abc]|nvme0n1|mmcblk0)=written$/gm)).toHaveLength(6);
    expect(log).not.toMatch(/^no /m);
    for (const kind of KINDS) expect(starts(kind)).toMatch(new RegExp(`^${kind}\\|`));
  });

  it('keep what the guest writes where that is asked for, and refuse it where they are read-only', async () => {
    const kept = { ...make('kept'), keepWrites: true, cache: 'writethrough' } as const;
    const fixed = { ...make('fixed'), readOnly: true };
    await boot({ drives: [kept, fixed] }, [
      { run: 'echo written | dd of=/dev/vda conv=fsync', exitCode: 0 },
      { run: 'cat /sys/block/vda/ro /sys/block/vdb/ro', expect: '^0\\s+1$' },
      { run: 'echo written | dd of=/dev/vdb conv=fsync', exitCode: 1 },
    ]);
    expect([starts('kept'), starts('fixed').slice(0, 6)]).toEqual(['written\n', 'fixed|']);
  });
});

it('shares directories by 9p, read-only and writable', async () => {
  for (const name of ['ro', 'rw, comma']) {
    mkdirSync(at(name));
    writeFileSync(join(at(name), 'from-host'), 'of the host\n');
  }
  const shares = [
    { path: at('ro'), tag: 'ro' },
    { path: at('rw, comma'), tag: 'rw', writable: true },
  ];
  await boot({ shares }, [
    {
      run: 'for t in ro rw; do mkdir /$t; mount -t 9p -o trans=virtio $t /$t; done; cat /ro/from-host',
      expect: '^of the host$',
    },
    { run: 'echo x >/ro/from-guest', exitCode: 1, expect: 'Read-only file system' },
    { run: 'cat /rw/from-host; echo "of the guest" >/rw/from-guest' },
  ]);
  expect(readFileSync(join(at('rw, comma'), 'from-guest'), 'utf8')).toBe('of the guest\n');
  expect(statSync(join(at('rw, comma'), 'from-guest')).uid).toBe(process.getuid?.());
});

/** Directories with a file that the guest is to see. */
function makeShares(...names: string[]): string[] {
  return names.map((name) => {
    mkdirSync(at(name));
    writeFileSync(join(at(name), 'from-host'), 'of the host\n');
    return at(name);
  });
}

const byVirtiofs = 'shares directories by virtiofs, read-only and writable (skipped without user namespaces)';
itWhere('userNamespaces')(byVirtiofs, async () => {
  const [ro, rw] = makeShares('fs-ro', 'fs-rw, comma');
  const shares = [
    { type: 'virtiofs', path: ro!, tag: 'ro' },
    { type: 'virtiofs', path: rw!, tag: 'rw', writable: true },
  ] as const;
  await boot({ shares }, [
    {
      run: 'for t in ro rw; do mkdir /$t; mount -t virtiofs $t /$t; done; cat /ro/from-host',
      expect: '^of the host$',
    },
    { run: 'echo x >/ro/from-guest', exitCode: 1, expect: 'Read-only file system' },
    { run: 'rm /ro/from-host', exitCode: 1, expect: 'Read-only file system' },
    { run: 'cat /rw/from-host; echo "of the guest" >/rw/from-guest; ln -s from-guest /rw/link' },
  ]);
  expect(readFileSync(join(rw!, 'link'), 'utf8')).toBe('of the guest\n');
  expect(statSync(join(rw!, 'from-guest')).uid).toBe(process.getuid?.());
});

it('listens on consoles of all kinds, monitor and VNC; has processors, memory and the time that it was given', async () => {
  const [telnet, monitor, vnc] = [await choosePort(), await choosePort(), await choosePort()];
  const outside = async (console: string) => {
    const pty = /redirected to (\/dev\/pts\/\d+) \(label hvc0\)/.exec(console)?.[1];
    const descriptor = openSync(pty!, 'r+');
    const terminal = new ReadStream(descriptor).setRawMode(true);
    const talk = async (name: string, input: NodeJS.ReadableStream, output: NodeJS.WritableStream) => {
      output.write(`${name}\n`);
      await answer(input, new RegExp(`got ${name}`));
    };
    await talk('hvc0', terminal, new WriteStream(descriptor));
    terminal.destroy();
    for (const [name, to] of [
      ['hvc2', { path: at('console.sock') }],
      ['hvc3', { port: telnet }],
    ] as const) {
      const socket = await connect(to);
      await talk(name, socket, socket);
      socket.destroy();
    }
    const hmp = await connect({ port: monitor });
    hmp.write('info status\n');
    await answer(hmp, /VM status: running/);
    hmp.destroy();
    const screen = await connect({ port: vnc });
    await answer(screen, /^RFB 003\.\d{3}\n/);
    screen.destroy();
  };
  await boot(
    {
      outside,
      consoles: [
        { type: 'pty' },
        { type: 'file', path: at('console.txt') },
        { type: 'unix', path: at('console.sock') },
        { type: 'telnet', port: telnet },
      ],
      monitor: { type: 'telnet', port: monitor },
      display: { type: 'vnc', port: vnc },
      rtc: { base: '2020-01-02T03:04:05', clock: 'vm' },
      smp: 2,
      memoryMiB: 192,
      memoryGrowth: { slots: 2, maxMiB: 1024 },
    },
    [
      { run: 'cat /sys/class/rtc/rtc0/date', expect: '^2020-01-02$' },
      { run: 'nproc', expect: '^2$' },
      { run: 'awk "/MemTotal/ { print (\\$2 > 150000 && \\$2 < 196608) }" /proc/meminfo', expect: '^1$' },
      { run: 'echo to the file >/dev/hvc1' },
      { run: 'for n in 0 2 3; do (read -r line </dev/hvc$n; echo "got $line" >/dev/hvc$n) & done' },
      ...CALLING,
    ],
  );
  expect(readFileSync(at('console.txt'), 'utf8')).toBe('to the file\r\n');
});

it("lets gdb start the guest, and the monitor's unix socket answer", async () => {
  const port = await choosePort();
  const beside = async () => {
    const hmp = await connect({ path: at('monitor.sock') });
    hmp.write('info status\n');
    await answer(hmp, /VM status: paused \(prelaunch\)/);
    hmp.destroy();
    const stub = await connect({ port });
    // gdb's remote protocol: why does it stand, and go on.
    stub.write('$?#3f');
    await answer(stub, /\$T05/);
    stub.write('+$D#44');
    await answer(stub, /\$OK/);
    stub.destroy();
  };
  await boot(
    { beside, gdb: { type: 'tcp', port, wait: true }, monitor: { type: 'unix', path: at('monitor.sock') } },
    [{ run: 'true' }],
  );
});

it('switches itself off when it is stopped: the button is pressed, and a program in the guest hears it', async () => {
  const run = await runDetached(
    (paths) =>
      planMachine({
        ...{ arch: 'arm64', board: 'e2e', accel: 'tcg', console: 'socket', ...paths },
        boot: {
          via: 'kernel',
          kernel: built('kernel/devices/Image'),
          initrd: built('rootfs/initramfs.cpio.gz'),
        },
      }),
    { subject: { board: 'e2e', workspace: directory } },
  );
  const console = () => readFileSync(join(run.directory, 'console.log'), 'utf8');
  for (let left = 1200; left > 0 && !/[#$] $/.test(console()); left -= 1) await sleep(50);
  expect(await stopRun(run, MINUTES)).toBe('power-down');
  expect(await remaining(run.directory)).toEqual([]);
});

it.each(['poweroff', 'none'] as const)(
  'has a watchdog that ends a guest that does not feed it: %s',
  async (action) => {
    const watchdog = { model: 'i6300esb', action };
    const run = boot({ watchdog }, [
      { run: 'watchdog -T 2 -t 60 /dev/watchdog; sleep 6; echo still here', expect: 'still here' },
    ]);
    if (action === 'none') await run;
    else await expect(run).rejects.toMatchObject({ code: 'GUEST_EXITED' });
  },
);

it('boots through a firmware of its own', async () => {
  const log = await boot({ machine: 'virt,acpi=off', firmware: '/usr/share/qemu-efi-aarch64/QEMU_EFI.fd' }, [
    { run: 'true' },
  ]);
  expect(log).toMatch(/efi: EFI v2.* by .*(EDK|Debian)/);
});
