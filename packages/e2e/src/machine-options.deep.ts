import { openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ReadStream, WriteStream } from 'node:tty';
import { macAddress } from '@bringup/qemu';
import { itWhere } from '../../../jest.abilities.js';
import { answer, connect, openShell, type Shell } from './conversation.js';
import { makeDemoBoards, type BoardReport, type DemoBoards } from './demo-boards.js';
import { remaining } from './processes.js';

/** Each option of a board's machine, from project.json to a guest that boots: the demo's arm64 kernel with more drivers. */
const MINUTES = 60_000;
jest.setTimeout(10 * MINUTES);

let boards: DemoBoards;
const at = (path: string) => join(boards.root, path);

beforeAll(async () => {
  boards = await makeDemoBoards(['busybox:build', 'kernel:build:devices']);
}, 30 * MINUTES);
afterAll(() => boards.remove());

const test = (board: string) => ['run', `${board}:test`, '-c', 'devices'];

/** Boots a board for its test, which has to pass. */
async function passes(board: string): Promise<BoardReport> {
  const { tasks } = await boards.succeed(test(board));
  // The repository has built it; the copied workspace rebuilds nothing.
  expect(['hit', 'skipped']).toContain(tasks['kernel:build:devices']);
  return boards.tested(board, 'devices');
}

/** Directories with a file for the guest to see. */
function addShared(...names: string[]): void {
  for (const name of names) boards.write(`${name}/from-host`, 'of the host\n');
}

describe('one board with drives, shares, two network cards and a watchdog', () => {
  const KINDS = ['virtio', 'scsi', 'ide', 'usb', 'nvme', 'sd', 'pflash'];
  /** By their Linux names. Both flash banks are one device, which cannot be written like a disk. */
  const DEVICES = ['vda', 'sda', 'sdb', 'sdc', 'nvme0n1', 'mmcblk0'];
  const LIST =
    'for d in $(ls /sys/block); do case $d in loop*|ram*|mmcblk*boot*) ;; *) echo "$d=$(head -c 8 /dev/$d | tr -d "\\0")";; esac; done';
  const starts = (name: string) => readFileSync(at(`drives/${name}`)).toString('latin1', 0, 8);
  let report: BoardReport;
  const printed = (run: string) =>
    report.commands!.filter((command) => command.run === run).map(({ output }) => output);

  function addDrive(name: string): void {
    // QEMU's virt machine has two flash banks of 64 MiB.
    const bytes = Buffer.alloc(name === 'pflash' ? 64 << 20 : 1 << 20);
    bytes.write(`${name}|`);
    boards.write(`drives/${name}`, bytes);
  }

  beforeAll(async () => {
    for (const name of [...KINDS, 'kept', 'fixed']) addDrive(name);
    addShared('ro', 'rw, comma');
    const drive = (name: string, more: object) => ({ file: `drives/${name}`, format: 'raw', ...more });
    boards.addBoard(
      'devices',
      {
        network: [{ type: 'user' }, { type: 'user', model: 'e1000' }],
        drives: [
          drive('virtio', {}),
          drive('kept', { keepWrites: true, cache: 'writethrough' }),
          drive('fixed', { readOnly: true }),
          ...KINDS.slice(1).map((kind) => drive(kind, { interface: kind })),
        ],
        shares: [
          { path: 'ro', tag: 'ro' },
          { path: 'rw, comma', tag: 'rw', writable: true },
        ],
        watchdog: { model: 'i6300esb', action: 'none' },
      },
      [
        'watchdog -T 2 -t 60 /dev/watchdog; cut -d. -f1 /proc/uptime >/started',
        {
          run: 'for n in 0 1; do cat /sys/class/net/eth$n/address; done',
          expect: `^${macAddress('devices', 0)}\\s+${macAddress('devices', 1)}$`,
        },
        { run: 'readlink /sys/class/net/eth1/device/driver', expect: 'e1000$' },
        // A USB disk appears a second after the others, later on a busy host.
        'until [ -b /dev/sdc ]; do usleep 50000; done',
        LIST,
        // The firmware's bank comes first.
        { run: 'dd if=/dev/mtdblock0 bs=1M skip=64 count=1 2>/dev/null | head -c 7', expect: '^pflash\\|' },
        `for d in ${DEVICES.join(' ')}; do echo written | dd of=/dev/$d conv=fsync 2>/dev/null || echo no $d; done; sync`,
        LIST,
        'echo written | dd of=/dev/vdb conv=fsync',
        { run: 'cat /sys/block/vdb/ro /sys/block/vdc/ro', expect: '^0\\s+1$' },
        { run: 'echo written | dd of=/dev/vdc conv=fsync', exitCode: 1 },
        {
          run: 'for t in ro rw; do mkdir /$t; mount -t 9p -o trans=virtio $t /$t; done; cat /ro/from-host',
          expect: '^of the host$',
        },
        { run: 'echo x >/ro/from-guest', exitCode: 1, expect: 'Read-only file system' },
        'cat /rw/from-host; echo "of the guest" >/rw/from-guest',
        // Three times the two seconds that the watchdog gives.
        {
          run: 'until [ $(cut -d. -f1 /proc/uptime) -gt $(($(cat /started) + 6)) ]; do usleep 100000; done; echo still here',
          expect: '^still here$',
        },
      ],
    );
    report = await passes('devices');
  }, 10 * MINUTES);

  it('sees a drive on every bus, and loses what it writes there', () => {
    const [before, after] = printed(LIST);
    for (const kind of KINDS.filter((name) => name !== 'pflash'))
      expect(before).toMatch(new RegExp(`^\\w+=${kind}\\|`, 'm'));
    for (const device of DEVICES) expect(after).toMatch(new RegExp(`^${device}=written$`, 'm'));
    expect(report.console).not.toMatch(/^no (vd|sd|nvme|mmc)/m);
    for (const kind of KINDS) expect(starts(kind)).toMatch(new RegExp(`^${kind}\\|`));
  });

  it('keeps what it writes where that is asked for, and cannot write to a read-only drive', () => {
    expect([starts('kept'), starts('fixed').slice(0, 6)]).toEqual(['written\n', 'fixed|']);
  });

  it('reads shares by 9p, and writes to the writable one as the user who runs QEMU', () => {
    expect(readFileSync(at('rw, comma/from-guest'), 'utf8')).toBe('of the guest\n');
    expect(statSync(at('rw, comma/from-guest')).uid).toBe(process.getuid?.());
  });

  it('has the network cards, and goes on when nobody feeds a watchdog without an action', () => {
    expect(report).toMatchObject({ outcome: 'ready' });
    expect(report.commands).toHaveLength(15);
  });
});

const byVirtiofs = 'shares directories by virtiofs, read-only and writable (skipped without user namespaces)';
itWhere('userNamespaces')(byVirtiofs, async () => {
  addShared('fs-ro', 'fs-rw, comma');
  const shares = [
    { type: 'virtiofs', path: 'fs-ro', tag: 'ro' },
    { type: 'virtiofs', path: 'fs-rw, comma', tag: 'rw', writable: true },
  ];
  boards.addBoard('virtiofs', { shares }, [
    {
      run: 'for t in ro rw; do mkdir /$t; mount -t virtiofs $t /$t; done; cat /ro/from-host',
      expect: '^of the host$',
    },
    { run: 'echo x >/ro/from-guest', exitCode: 1, expect: 'Read-only file system' },
    { run: 'rm /ro/from-host', exitCode: 1, expect: 'Read-only file system' },
    'cat /rw/from-host; echo "of the guest" >/rw/from-guest; ln -s from-guest /rw/link',
  ]);
  await passes('virtiofs');
  expect(readFileSync(at('fs-rw, comma/link'), 'utf8')).toBe('of the guest\n');
  expect(statSync(at('fs-rw, comma/from-guest')).uid).toBe(process.getuid?.());
});

const byTap = 'reaches a tap interface of the host (skipped unless root can make network interfaces)';
itWhere('interfaces')(byTap, async () => {
  const setUp =
    'ip tuntap add dev tap0 mode tap && ip addr add 192.0.2.1/24 dev tap0 && ip link set tap0 up && exec "$@"';
  boards.addBoard('tap', { network: [{ type: 'tap', ifname: 'tap0' }] }, [
    {
      run: 'ip addr add 192.0.2.2/24 dev eth0; ip link set eth0 up; ping -c 1 -w 5 192.0.2.1',
      expect: ' 0% packet loss',
    },
  ]);
  await boards.succeed(test('tap'), { wrapper: ['unshare', '--net', 'sh', '-c', setUp, 'sh'] });
});

it('has no network by default, and ends when nobody feeds its watchdog', async () => {
  boards.addBoard('bare', { watchdog: { model: 'i6300esb', action: 'poweroff' } }, [
    '! ls -d /sys/class/net/eth*',
    'watchdog -T 2 -t 60 /dev/watchdog; sleep 600',
  ]);
  const { exitCode, output } = await boards.nx([...test('bare'), '--commandTimeout=600']);
  expect(exitCode).not.toBe(0);
  const report = boards.tested('bare', 'devices');
  expect({ output, code: report.code, message: report.message }).toMatchObject({
    code: 'GUEST_EXITED',
    message: expect.stringContaining('watchdog -T 2'),
  });
});

/** A board that runs in the background: its shell, and the addresses that the run printed. */
interface Detached {
  shell: Shell;
  consoleLog: () => string;
  /** The port behind `name` in the lines that the run printed. */
  port: (name: string) => number;
}

/** @param beforeShell work to do before the guest reaches its shell */
async function detach(
  board: string,
  beforeShell?: (port: Detached['port']) => Promise<void>,
): Promise<Detached> {
  // Nx's static output leaves out a task's standard error.
  const run = ['run', `${board}:run`, '-c', 'devices', '--detach'];
  const { output } = await boards.succeed(run, { outputStyle: 'stream' });
  const port = (name: string) =>
    Number(new RegExp(`${board}: ${name}: (?:telnet )?127\\.0\\.0\\.1[ :](\\d+)`).exec(output)?.[1]);
  const listed = (await boards.succeed(['run', `${board}:ps`, '-c', 'devices', '--json'])).output;
  const [shown] = JSON.parse(/^\[$[^]*?^\]$/m.exec(listed)![0]) as {
    sockets: { console: string };
    consoleLog: string;
  }[];
  const shellOpened = openShell(shown!.sockets.console);
  await beforeShell?.(port);
  return {
    ...{ port, shell: await shellOpened },
    consoleLog: () => readFileSync(shown!.consoleLog, 'utf8').replaceAll('\r', ''),
  };
}

describe('a board in the background', () => {
  let guest: Detached;

  beforeAll(async () => {
    boards.addBoard('reachable', {
      network: [{ type: 'user', forwards: [{ protocol: 'tcp', guestPort: 80 }] }],
      consoles: [
        { type: 'pty' },
        { type: 'file', path: 'console.txt' },
        { type: 'unix', path: 'console.sock' },
        { type: 'telnet' },
      ],
      monitor: { type: 'telnet' },
      display: { type: 'vnc' },
      rtc: { base: '2020-01-02T03:04:05', clock: 'vm' },
      smp: 2,
      memory: 192,
      memoryGrowth: { slots: 2, max: 1024 },
    });
    guest = await detach('reachable');
  }, 10 * MINUTES);

  it('has the processors, the memory and the time that it was given', async () => {
    expect(await guest.shell.run('cat /sys/class/rtc/rtc0/date')).toBe('2020-01-02\n');
    // The machine has them, whether or not its kernel uses both: SMP would compile every object anew.
    expect(await guest.shell.run('ls -d /proc/device-tree/cpus/cpu@* | wc -l')).toBe('2\n');
    const kib = Number(await guest.shell.run('awk "/MemTotal/ { print \\$2 }" /proc/meminfo'));
    expect(kib).toBeGreaterThan(150_000);
    expect(kib).toBeLessThan(192 * 1024);
  });

  it('answers a request through a forward of the host', async () => {
    await guest.shell.run('ip addr add 10.0.2.15/24 dev eth0; ip link set eth0 up');
    await guest.shell.run('mkdir /www; echo "hello from the guest" >/www/index.html; httpd -h /www');
    const reply = await fetch(`http://127.0.0.1:${guest.port('http')}/`);
    expect(await reply.text()).toBe('hello from the guest\n');
  });

  it('has a monitor and VNC on the ports that it said', async () => {
    const hmp = await connect({ host: '127.0.0.1', port: guest.port('monitor') });
    hmp.write('info status\n');
    await answer(hmp, /VM status: running/);
    hmp.write('info memory_size_summary\n');
    await answer(hmp, /base memory: 201326592\b/);
    hmp.destroy();
    const screen = await connect({ host: '127.0.0.1', port: guest.port('vnc') });
    await answer(screen, /^RFB 003\.\d{3}\n/);
    screen.destroy();
  });

  it('has consoles of all kinds', async () => {
    await guest.shell.run('echo to the file >/dev/hvc1');
    expect(readFileSync(at('console.txt'), 'utf8')).toBe('to the file\r\n');
    await guest.shell.run(
      'for n in 0 2 3; do (read -r line </dev/hvc$n; echo "got $line" >/dev/hvc$n) & done',
    );
    for (const [name, to] of [
      ['hvc2', { path: at('console.sock') }],
      ['hvc3', { host: '127.0.0.1', port: guest.port('hvc3') }],
    ] as const) {
      const socket = await connect(to);
      socket.write(`${name}\n`);
      await answer(socket, new RegExp(`got ${name}`));
      socket.destroy();
    }
    const hmp = await connect({ host: '127.0.0.1', port: guest.port('monitor') });
    hmp.write('info chardev\n');
    const pty = /hvc0: filename=pty:(\/dev\/pts\/\d+)/.exec(
      await answer(hmp, /hvc0: filename=\S+\r?\n/),
    )![1]!;
    hmp.destroy();
    const descriptor = openSync(pty, 'r+');
    const terminal = new ReadStream(descriptor).setRawMode(true);
    new WriteStream(descriptor).write('hvc0\n');
    await answer(terminal, /got hvc0/);
    terminal.destroy();
  });

  it('switches itself off when it is stopped: a program in the guest hears the power button', async () => {
    guest.shell.close();
    const stop = ['run', 'reachable:stop', '-c', 'devices', '--timeout=300'];
    const { output } = await boards.succeed(stop, { outputStyle: 'stream' });
    expect(output).toContain('the guest switched itself off');
    expect(await remaining(boards.root)).toEqual([]);
  });
});

it('boots through a firmware of its own, once gdb lets it', async () => {
  boards.addBoard('firmware', {
    machine: 'virt,acpi=off',
    firmware: '/usr/share/qemu-efi-aarch64/QEMU_EFI.fd',
    gdb: { type: 'tcp', wait: true },
    monitor: { type: 'unix', path: 'monitor.sock' },
  });
  const { shell, consoleLog } = await detach('firmware', async (port) => {
    const hmp = await connect({ path: at('monitor.sock') });
    hmp.write('info status\n');
    await answer(hmp, /VM status: paused \(prelaunch\)/);
    hmp.destroy();
    const stub = await connect({ host: '127.0.0.1', port: port('gdb') });
    // gdb's remote protocol: ask why the guest is stopped, then continue.
    stub.write('$?#3f');
    await answer(stub, /\$T05/);
    stub.write('+$D#44');
    await answer(stub, /\$OK/);
    stub.destroy();
  });
  expect(consoleLog()).toMatch(/efi: EFI v2.* by .*(EDK|Debian)/);
  shell.type('poweroff -f');
  expect(await remaining(boards.root, 5 * MINUTES)).toEqual([]);
});
