import { formatCommand, formatProperties, macAddress, planMachine, type MachineOptions } from '../index.js';

const direct = (more: object = {}): MachineOptions['boot'] => ({ via: 'kernel', kernel: 'bzImage', ...more });
const base: MachineOptions = { arch: 'x86_64', boot: direct(), console: 'pipe', accel: 'tcg' };

/** The argument behind an option. */
function valueOf(options: Partial<MachineOptions>, option: string): string | undefined {
  const { argv } = planMachine({ ...base, ...options });
  const index = argv.indexOf(option);
  return index < 0 ? undefined : argv[index + 1];
}

describe('planMachine', () => {
  it('plans a direct kernel boot', () => {
    expect(
      planMachine({ ...base, arch: 'arm64', boot: direct({ kernel: 'Image', initrd: 'a b.cpio' }) }).argv,
    ).toEqual([
      'qemu-system-aarch64',
      ...['-machine', 'virt', '-accel', 'tcg', '-cpu', 'cortex-a72', '-smp', '1', '-m', '256M'],
      ...['-nodefaults', '-no-reboot', '-display', 'none', '-nic', 'none'],
      ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
      ...['-kernel', 'Image', '-initrd', 'a b.cpio', '-append', 'console=ttyAMA0 panic=-1'],
    ]);
  });

  it.each<[Partial<MachineOptions>, string, string]>([
    [{ machine: 'pc' }, '-machine', 'pc'],
    [{ machine: 'virt,gic-version=3' }, '-machine', 'virt,gic-version=3'],
    [{ cpu: 'max' }, '-cpu', 'max'],
    [{ accel: 'kvm' }, '-accel', 'kvm'],
    [{ accel: 'kvm' }, '-cpu', 'host'],
    [{ smp: 4 }, '-smp', '4'],
    [{ memoryMiB: 512 }, '-m', '512M'],
    [{ boot: direct({ kernel: '/a, b/bzImage' }) }, '-kernel', '/a, b/bzImage'],
    [{ boot: direct({ initrd: '/a, b/rootfs.cpio' }) }, '-initrd', '/a, b/rootfs.cpio'],
    [{ boot: direct({ append: ['quiet', 'x=1'] }) }, '-append', 'console=ttyS0 panic=-1 quiet x=1'],
    [{ boot: direct({ append: ['console=tty0 quiet'] }) }, '-append', 'panic=-1 console=tty0 quiet'],
    [{ boot: direct({ append: ['panic=5'] }) }, '-append', 'console=ttyS0 panic=5'],
    [{ boot: direct({ append: ['noconsole=1'] }) }, '-append', 'console=ttyS0 panic=-1 noconsole=1'],
    [{ console: 'terminal' }, '-chardev', 'stdio,id=console,signal=off,mux=on'],
    [{ console: 'terminal' }, '-mon', 'chardev=console,mode=readline'],
    [{ qmpSocket: '/run/q' }, '-mon', 'chardev=qmp,mode=control'],
    [{ extraArgs: ['-snapshot', '-s'] }, '-snapshot', '-s'],
  ])('%j gives %s %s', (options, option, value) => {
    expect(valueOf(options, option)).toBe(value);
    expect(planMachine({ ...base, ...options })).not.toEqual(planMachine(base));
  });

  it.each([
    ['arm64', '-bios', 'virtio-blk-device'],
    ['x86_64', '-bios', 'virtio-blk-pci'],
    ['riscv64', '-kernel', 'virtio-blk-device'],
    ['arm', '-bios', 'virtio-blk-device'],
  ] as const)('plans a boot of %s through U-Boot', (arch, option, device) => {
    const boot = { via: 'u-boot', firmware: '/f, x/u-boot.bin', drive: '/a, b/boot.img' } as const;
    const { argv } = planMachine({ ...base, arch, boot });
    expect(argv.slice(argv.indexOf(option))).toEqual([
      ...[option, '/f, x/u-boot.bin'],
      ...['-drive', 'if=none,id=boot,file=/a,, b/boot.img,format=raw,snapshot=on'],
      ...['-device', `${device},drive=boot`],
    ]);
    expect(argv).not.toContain('-append');
    const machine = { arm64: 'virt', x86_64: 'pc', riscv64: 'virt', arm: 'virt' }[arch];
    expect(argv.slice(argv.indexOf('-machine'))[1]).toBe(machine);
  });

  it('has no U-Boot for an architecture whose kernel only QEMU loads', () => {
    const boot = { via: 'u-boot', firmware: 'u-boot.bin', drive: 'boot.img' } as const;
    expect(() => planMachine({ ...base, arch: 's390x', boot })).toThrow(
      'boot: boards of s390x do not boot through U-Boot here, but those of arm64, x86_64, riscv64, arm do',
    );
  });

  it.each<[MachineOptions['arch'], string, string[], string]>([
    ['i386', 'qemu-system-i386', ['q35', 'tcg', 'qemu32'], 'virtio-blk-pci'],
    ['s390x', 'qemu-system-s390x', ['s390-ccw-virtio', 'tcg', 'qemu'], 'virtio-blk-ccw'],
    ['ppc64le', 'qemu-system-ppc64', ['pseries', 'tcg', 'power9'], 'virtio-blk-pci'],
    ['mips64el', 'qemu-system-mips64el', ['malta', 'tcg', 'MIPS64R2-generic'], 'virtio-blk-pci'],
    ['loongarch64', 'qemu-system-loongarch64', ['virt', 'tcg', 'la464'], 'virtio-blk-pci'],
  ])('plans a direct boot of %s by %s', (arch, program, [machine, accel, cpu], device) => {
    const { argv } = planMachine({ ...base, arch, boot: direct({ medium: { file: 'd', format: 'raw' } }) });
    expect(argv.slice(0, 7)).toEqual([program, '-machine', machine, '-accel', accel, '-cpu', cpu]);
    expect(argv.slice(-2)).toEqual(['-device', `${device},drive=boot`]);
  });

  it('plugs the devices of a mainframe into its channels', () => {
    const { argv } = planMachine({
      ...{ ...base, arch: 's390x', boot: direct({}) },
      network: [{ type: 'user', mac: '52:54:00:00:00:01', forwards: [] }],
      consoles: [{ type: 'pty' }],
      shares: [{ tag: 'a', path: '/a' }],
      display: { type: 'vnc', port: 5901 },
    });
    const devices = argv.filter((_word, index) => argv[index - 1] === '-device');
    expect(devices.map((device) => device.split(',')[0])).toEqual([
      ...['virtio-gpu-ccw', 'virtio-net-ccw', 'virtio-9p-ccw', 'virtio-serial-ccw', 'virtconsole'],
    ]);
  });

  const medium = { file: '/a, b/disk', format: 'qcow2' } as const;
  const flash = { code: '/f, x/CODE.fd', variables: 'vars.fd', keep: true };
  const code = 'if=pflash,format=raw,unit=0,file=/f,, x/CODE.fd,readonly=on';
  const drive = 'if=none,id=boot,file=/a,, b/disk,format=qcow2,snapshot=on';
  const cd = 'if=none,id=boot,file=/a,, b/disk,format=raw,media=cdrom,readonly=on';
  const cdrom = { ...medium, format: 'raw', kind: 'cdrom' } as const;

  it.each<[MachineOptions['boot'], MachineOptions['arch'], string[]]>([
    [
      direct({ medium }),
      'arm64',
      ['-append', 'console=ttyAMA0 panic=-1', '-drive', drive, '-device', 'virtio-blk-device,drive=boot'],
    ],
    [
      { via: 'bios', medium },
      'x86_64',
      ['-drive', drive, '-device', 'virtio-blk-pci,drive=boot,bootindex=0'],
    ],
    [{ via: 'bios', medium: cdrom }, 'x86_64', ['-drive', cd, '-device', 'ide-cd,drive=boot,bootindex=0']],
    [
      { via: 'uefi', flash, medium: cdrom },
      'arm64',
      [
        ...['-drive', code, '-drive', 'if=pflash,format=raw,unit=1,file=vars.fd'],
        ...['-drive', cd, '-device', 'virtio-scsi-device', '-device', 'scsi-cd,drive=boot,bootindex=0'],
      ],
    ],
    [
      { via: 'uefi', flash: { ...flash, keep: false } },
      'x86_64',
      ['-drive', code, '-drive', 'if=pflash,format=raw,unit=1,file=vars.fd,snapshot=on'],
    ],
  ])('plans %j of %s', (boot, arch, expected) => {
    expect(planMachine({ ...base, arch, boot }).argv.slice(-expected.length)).toEqual(expected);
  });

  it('takes another program', () => {
    expect(planMachine({ ...base, binary: '/opt/qemu' }).argv[0]).toBe('/opt/qemu');
  });

  const placed = { hostAddress: '127.0.0.1', hostPort: 40123 };
  const ssh = { protocol: 'tcp', guestPort: 22, ...placed } as const;
  const dns = { protocol: 'udp', guestPort: 53, hostAddress: '0.0.0.0', hostPort: 5353 } as const;
  const mac = '52:54:00:00:00:01';

  it.each<[NonNullable<MachineOptions['network']>, string[]]>([
    [[], ['-nic', 'none']],
    [
      [{ type: 'user', mac, forwards: [ssh, dns] }],
      [
        '-netdev',
        'user,id=net0,hostfwd=tcp:127.0.0.1:40123-:22,hostfwd=udp:0.0.0.0:5353-:53',
        ...['-device', `virtio-net-pci,netdev=net0,mac=${mac}`],
      ],
    ],
    [
      [
        { type: 'tap', ifname: 'a,script=/tmp/x', vhost: true, mac, model: 'e1000' },
        { type: 'user', forwards: [ssh], model: 'onboard' },
      ],
      [
        ...['-netdev', 'tap,id=net0,ifname=a,,script=/tmp/x,script=no,downscript=no,vhost=on'],
        ...['-device', `e1000,netdev=net0,mac=${mac}`],
        ...['-nic', `user,id=net1,mac=${macAddress('pc', 1)},hostfwd=tcp:127.0.0.1:40123-:22`],
      ],
    ],
  ])('plans the network %j', (network, expected) => {
    const { argv, forwards } = planMachine({ ...base, board: 'pc', network });
    const from = argv.indexOf('none', argv.indexOf('-display')) + 1;
    expect(argv.slice(from, argv.indexOf('-chardev'))).toEqual(expected);
    expect(forwards).toEqual(network.flatMap((card) => (card.type === 'user' ? card.forwards : [])));
  });

  it('gives each card of each board an address of its own, and the same each time', () => {
    const cards = ['a', 'b'].flatMap((board) => [
      ...[0, 1].map((index) => macAddress(board, index)),
      ...['tap0', 'tap1'].map((ifname) => macAddress(board, 0, ifname)),
    ]);
    expect(new Set(cards).size).toBe(8);
    expect(cards[0]).toBe('52:54:00:b0:e8:de');
    for (const card of cards) expect(card).toMatch(/^52:54:00(:[0-9a-f]{2}){3}$/);
  });

  it('doubles the commas of a path inside properties', () => {
    expect(planMachine({ ...base, qmpSocket: '/a,path=/etc/b c' }).argv).toContain(
      'socket,id=qmp,path=/a,,path=/etc/b c,server=on,wait=off',
    );
    expect(formatProperties('file', { id: 1 })).toBe('file,id=1');
  });
});

describe('formatCommand', () => {
  it('puts an option and its value on a line, quoted', () => {
    expect(formatCommand(['qemu', '-nodefaults', '-m', '256M', '-append', "a='b c'", '-s'])).toBe(
      ['qemu', '-nodefaults', '-m 256M', `-append 'a='\\''b c'\\'''`, '-s'].join(' \\\n  '),
    );
  });
});
