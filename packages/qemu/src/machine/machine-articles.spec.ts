import { planMachineOnly } from './machine.js';
import { planMachine, type MachineOptions } from '../index.js';

/**
 * Every QEMU command line of the five articles that Bringup is to replace (article:line), and those of Buildroot's boards for
 * QEMU, written as options of this library. A project.json cannot set all of them: some rows use options that no schema.json has,
 * such as flash images, the first serial port on a pty, or the path of an initrd. The library adds to each command line:
 * -nodefaults and -no-reboot; an explicit accelerator, CPU and memory size; formats of images; addresses of network cards;
 * listeners on the loopback address only.
 */
const COMMON = ['-nodefaults', '-no-reboot'];
const DARK = ['-display', 'none'];
const NO_NIC = ['-nic', 'none'];
const TERMINAL = [
  ...['-chardev', 'stdio,id=console,signal=off,mux=on', '-serial', 'chardev:console'],
  ...['-mon', 'chardev=console,mode=readline'],
];
const machine = (binary: string, type: string, accel: string, cpu: string, smp: number, memory: string) => [
  ...[binary, '-machine', type, '-accel', accel, '-cpu', cpu, '-smp', String(smp), '-m', memory],
];
const X86 = 'qemu-system-x86_64';
const A64 = 'qemu-system-aarch64';
const ARM = 'qemu-system-arm';

const pc: MachineOptions = {
  ...{ arch: 'x86_64', machine: 'pc', accel: 'tcg', console: 'terminal' },
  boot: { via: 'kernel', kernel: 'bzImage' },
};
const virt: MachineOptions = {
  ...{ arch: 'arm64', accel: 'tcg', console: 'terminal', memoryMiB: 1024 },
  boot: { via: 'kernel', kernel: 'Image' },
};
const uBoot = { via: 'u-boot', firmware: 'u-boot.bin', drive: 'fat.img' } as const;
const uBootArgs = [
  ...['-bios', 'u-boot.bin', '-drive', 'if=none,id=boot,file=fat.img,format=raw,snapshot=on'],
  ...['-device', 'virtio-blk-device,drive=boot'],
];
const append = (...words: string[]) => ['-append', words.join(' ')];
const telnet = (port: number) => [
  ...['-chardev', `socket,id=monitor,host=127.0.0.1,port=${port},server=on,wait=off,telnet=on`],
  ...['-mon', 'chardev=monitor,mode=readline'],
];
const ide = (file: string, format: string) => [
  ...['-drive', `if=none,id=drive0,file=${file},format=${format}`, '-device', 'ide-hd,drive=drive0'],
];
const mac = '52:54:00:12:34:56';

const debian: MachineOptions = {
  ...pc,
  accel: 'kvm',
  memoryMiB: 2048,
  boot: {
    ...{ via: 'kernel', kernel: 'vmlinuz', initrd: 'initrd.img' },
    append: ['quiet console=ttyS0 root=/dev/sda1 rootfstype=ext4 rw'],
  },
  rtc: { base: 'localtime' },
  monitor: { type: 'telnet', port: 9999 },
  network: [{ type: 'tap', ifname: 'tap0', mac }],
  drives: [{ file: 'debian.qcow2', format: 'qcow2', interface: 'ide', keepWrites: true }],
};
const debianArgs = (console: string[], screen = DARK) => [
  ...machine(X86, 'pc', 'kvm', 'host', 1, '2048M'),
  ...[...COMMON, '-rtc', 'base=localtime', ...screen],
  ...['-netdev', 'tap,id=net0,ifname=tap0,script=no,downscript=no'],
  ...['-device', `virtio-net-pci,netdev=net0,mac=${mac}`],
  ...[...console, ...telnet(9999), '-kernel', 'vmlinuz', '-initrd', 'initrd.img'],
  ...append('panic=-1 quiet console=ttyS0 root=/dev/sda1 rootfstype=ext4 rw'),
  ...ide('debian.qcow2', 'qcow2'),
];
const dqib: MachineOptions = {
  ...{ ...pc, memoryMiB: 4096, drives: [{ file: '/dqib/image.qcow2', format: 'qcow2', interface: 'ide' }] },
  boot: {
    ...{ via: 'kernel', kernel: 'bzImage', initrd: '/dqib/initrd' },
    append: ['nokaslr root=LABEL=rootfs console=ttyS0'],
  },
};
const dqibArgs = (accel: string, cpu: string, nic: string[]) => [
  ...machine(X86, 'pc', accel, cpu, 1, '4096M'),
  ...[...COMMON, ...DARK, ...nic, ...TERMINAL, '-kernel', 'bzImage', '-initrd', '/dqib/initrd'],
  ...append('panic=-1 nokaslr root=LABEL=rootfs console=ttyS0'),
  ...['-drive', 'if=none,id=drive0,file=/dqib/image.qcow2,format=qcow2,snapshot=on'],
  ...['-device', 'ide-hd,drive=drive0'],
];
const PTY = ['-chardev', 'pty,id=console', '-serial', 'chardev:console'];

const ROWS: [where: string, options: MachineOptions, argv: string[]][] = [
  [
    '000:63 direct boot',
    { ...virt, boot: { via: 'kernel', kernel: 'Image', initrd: 'initrd' } },
    [
      ...machine(A64, 'virt', 'tcg', 'cortex-a72', 1, '1024M'),
      ...[...COMMON, ...DARK, ...NO_NIC, ...TERMINAL, '-kernel', 'Image', '-initrd', 'initrd'],
      ...append('console=ttyAMA0 panic=-1'),
    ],
  ],
  [
    '000:186 U-Boot from a FAT drive',
    { ...virt, boot: uBoot },
    [
      ...machine(A64, 'virt', 'tcg', 'cortex-a72', 1, '1024M'),
      ...[...COMMON, ...DARK, ...NO_NIC, ...TERMINAL, ...uBootArgs],
    ],
  ],
  [
    '000:230 the same, waiting for gdb',
    { ...virt, boot: uBoot, gdb: { type: 'tcp', port: 3333, wait: true } },
    [
      ...machine(A64, 'virt', 'tcg', 'cortex-a72', 1, '1024M'),
      ...[...COMMON, ...DARK, ...NO_NIC, ...TERMINAL, '-gdb', 'tcp:127.0.0.1:3333', '-S', ...uBootArgs],
    ],
  ],
  [
    '001:95 cubieboard',
    {
      ...{ ...virt, arch: 'arm', machine: 'cubieboard', cpu: 'cortex-a8', memoryMiB: 512 },
      gdb: { type: 'tcp', port: 1234, wait: true },
      boot: { via: 'kernel', kernel: 'zImage', append: ['console=ttyS0'] },
    },
    [
      ...machine(ARM, 'cubieboard', 'tcg', 'cortex-a8', 1, '512M'),
      ...[...COMMON, ...DARK, ...NO_NIC, ...TERMINAL, '-gdb', 'tcp:127.0.0.1:1234', '-S'],
      ...['-kernel', 'zImage', ...append('panic=-1 console=ttyS0')],
    ],
  ],
  [
    '001:108 a disk on IDE, a screen',
    {
      ...{ ...pc, accel: 'kvm', smp: 4, memoryMiB: 4096, display: { type: 'vnc', port: 5904 } },
      drives: [{ file: '/home/r/guest/ubuntu.img', format: 'raw', interface: 'ide', keepWrites: true }],
      boot: {
        ...{ via: 'kernel', kernel: '/boot/vmlinuz', initrd: '/boot/initrd.img' },
        append: ['root=/dev/sda1 ro  quiet splash'],
      },
    },
    [
      ...machine(X86, 'pc', 'kvm', 'host', 4, '4096M'),
      ...[...COMMON, '-display', 'vnc=127.0.0.1:4', '-device', 'VGA', ...NO_NIC, ...TERMINAL],
      ...['-kernel', '/boot/vmlinuz', '-initrd', '/boot/initrd.img'],
      ...append('console=ttyS0 panic=-1 root=/dev/sda1 ro  quiet splash'),
      ...ide('/home/r/guest/ubuntu.img', 'raw'),
    ],
  ],
  [
    '001:122 a QEMU of its own, memory to grow, a serial port on a pty, vhost',
    {
      ...{ ...pc, binary: '/mnt/code/qemu-system-x86_64', machine: 'pc-i440fx-2.8,kernel_irqchip=on' },
      ...{ accel: 'kvm', smp: 4, memoryMiB: 4096, memoryGrowth: { slots: 4, maxMiB: 16950 } },
      console: { type: 'pty' },
      network: [{ type: 'tap', ifname: 'virbr0-nic', vhost: true, mac }],
      display: { type: 'vnc', port: 5909 },
      gdb: { type: 'tcp', port: 1234, wait: true },
      boot: { via: 'kernel', kernel: 'bzImage', initrd: 'initrd', append: ['console=ttyS0 nokaslr'] },
    },
    [
      ...machine('/mnt/code/qemu-system-x86_64', 'pc-i440fx-2.8,kernel_irqchip=on', 'kvm', 'host', 4, ''),
      ...['4096M,slots=4,maxmem=16950M', ...COMMON, '-display', 'vnc=127.0.0.1:9', '-device', 'VGA'],
      ...['-netdev', 'tap,id=net0,ifname=virbr0-nic,script=no,downscript=no,vhost=on'],
      ...['-device', `virtio-net-pci,netdev=net0,mac=${mac}`, ...PTY, '-gdb', 'tcp:127.0.0.1:1234', '-S'],
      ...['-kernel', 'bzImage', '-initrd', 'initrd', ...append('panic=-1 console=ttyS0 nokaslr')],
    ].filter((word) => word !== ''),
  ],
  [
    '001:193 an initramfs',
    {
      ...pc,
      memoryMiB: 1024,
      boot: { via: 'kernel', kernel: 'vmlinuz', initrd: 'initrd.img', append: ['quiet'] },
    },
    [
      ...machine(X86, 'pc', 'tcg', 'qemu64', 1, '1024M'),
      ...[...COMMON, ...DARK, ...NO_NIC, ...TERMINAL, '-kernel', 'vmlinuz', '-initrd', 'initrd.img'],
      ...append('console=ttyS0 panic=-1 quiet'),
    ],
  ],
  [
    '001:269 a shell as init',
    {
      ...pc,
      boot: {
        ...{ via: 'kernel', kernel: 'vmlinuz', initrd: 'initrd.img' },
        append: ['root=/dev/ram rdinit=/bin/sh quiet console=ttyS0'],
      },
    },
    [
      ...machine(X86, 'pc', 'tcg', 'qemu64', 1, '256M'),
      ...[...COMMON, ...DARK, ...NO_NIC, ...TERMINAL, '-kernel', 'vmlinuz', '-initrd', 'initrd.img'],
      ...append('panic=-1 root=/dev/ram rdinit=/bin/sh quiet console=ttyS0'),
    ],
  ],
  [
    '001:285 a serial port on a pty, a monitor by telnet',
    {
      ...{ ...pc, console: { type: 'pty' }, monitor: { type: 'telnet', port: 9999 } },
      boot: { via: 'kernel', kernel: 'vmlinuz', append: ['quiet console=ttyS0'] },
    },
    [
      ...machine(X86, 'pc', 'tcg', 'qemu64', 1, '256M'),
      ...[...COMMON, ...DARK, ...NO_NIC, ...PTY, ...telnet(9999), '-kernel', 'vmlinuz'],
      ...append('panic=-1 quiet console=ttyS0'),
    ],
  ],
  [
    '001:391 an installation from a CD',
    {
      ...{
        ...pc,
        accel: 'kvm',
        memoryMiB: 2048,
        drives: debian.drives,
        display: { type: 'vnc', port: 5900 },
      },
      boot: { via: 'bios', medium: { file: 'debian.iso', format: 'raw', kind: 'cdrom' } },
    },
    [
      ...machine(X86, 'pc', 'kvm', 'host', 1, '2048M'),
      ...[...COMMON, '-display', 'vnc=127.0.0.1:0', '-device', 'VGA', ...NO_NIC, ...TERMINAL],
      ...['-drive', 'if=none,id=boot,file=debian.iso,format=raw,media=cdrom,readonly=on'],
      ...['-device', 'ide-cd,drive=boot,bootindex=0', ...ide('debian.qcow2', 'qcow2')],
    ],
  ],
  ['001:425 start.sh on a pty', { ...debian, console: { type: 'pty' } }, debianArgs(PTY)],
  [
    '001:444 start.sh with a screen',
    { ...debian, display: { type: 'vnc', port: 5900 } },
    debianArgs(TERMINAL, ['-display', 'vnc=127.0.0.1:0', '-device', 'VGA']),
  ],
  [
    '001:548 a share by 9p',
    {
      ...pc,
      shares: [{ path: '/tmp/share', tag: 'hostshare', writable: true, securityModel: 'passthrough' }],
    },
    [
      ...machine(X86, 'pc', 'tcg', 'qemu64', 1, '256M'),
      ...[
        ...COMMON,
        ...DARK,
        ...NO_NIC,
        ...TERMINAL,
        '-kernel',
        'bzImage',
        ...append('console=ttyS0 panic=-1'),
      ],
      ...['-fsdev', 'local,id=share0,path=/tmp/share,security_model=passthrough'],
      ...['-device', 'virtio-9p-pci,fsdev=share0,mount_tag=hostshare'],
    ],
  ],
  [
    "002:191 Buildroot's kernel, a monitor by telnet",
    { ...virt, memoryMiB: 2048, monitor: { type: 'telnet', port: 1234 } },
    [
      ...machine(A64, 'virt', 'tcg', 'cortex-a72', 1, '2048M'),
      ...[...COMMON, ...DARK, ...NO_NIC, ...TERMINAL, ...telnet(1234), '-kernel', 'Image'],
      ...append('console=ttyAMA0 panic=-1'),
    ],
  ],
  [
    '002:199 the same, waiting for gdb',
    {
      ...{ ...virt, memoryMiB: 2048, monitor: { type: 'telnet', port: 1234 } },
      gdb: { type: 'tcp', port: 3333, wait: true },
    },
    [
      ...machine(A64, 'virt', 'tcg', 'cortex-a72', 1, '2048M'),
      ...[...COMMON, ...DARK, ...NO_NIC, ...TERMINAL, ...telnet(1234), '-gdb', 'tcp:127.0.0.1:3333', '-S'],
      ...['-kernel', 'Image', ...append('console=ttyAMA0 panic=-1')],
    ],
  ],
  [
    '002:258 UEFI from two flash images, a forward',
    {
      ...{ ...virt, machine: 'virt,gic-version=max', cpu: 'max', memoryMiB: 2048, smp: 4 },
      network: [
        {
          ...{ type: 'user', mac },
          forwards: [{ protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 40123, guestPort: 22 }],
        },
      ],
      drives: [{ file: 'vmlinux', format: 'raw', cache: 'writeback', keepWrites: true, bootindex: 0 }],
      boot: { via: 'uefi', flash: { code: 'flash0.img', variables: 'flash1.img', keep: true } },
    },
    [
      ...machine(A64, 'virt,gic-version=max', 'tcg', 'max', 4, '2048M'),
      ...[...COMMON, ...DARK, '-netdev', 'user,id=net0,hostfwd=tcp:127.0.0.1:40123-:22'],
      ...['-device', `virtio-net-device,netdev=net0,mac=${mac}`, ...TERMINAL],
      ...['-drive', 'if=pflash,format=raw,unit=0,file=flash0.img,readonly=on'],
      ...['-drive', 'if=pflash,format=raw,unit=1,file=flash1.img'],
      ...['-drive', 'if=none,id=drive0,file=vmlinux,format=raw,cache=writeback'],
      ...['-device', 'virtio-blk-device,drive=drive0,bootindex=0'],
    ],
  ],
  ['003:193 an image of Debian', dqib, dqibArgs('tcg', 'qemu64', NO_NIC)],
  ['003:196 the same by KVM', { ...dqib, accel: 'kvm' }, dqibArgs('kvm', 'host', NO_NIC)],
  [
    '003:199 the same with a network',
    { ...dqib, accel: 'kvm', network: [{ type: 'user', mac, forwards: [] }] },
    dqibArgs('kvm', 'host', ['-netdev', 'user,id=net0', '-device', `virtio-net-pci,netdev=net0,mac=${mac}`]),
  ],
  [
    '003:205 an initrd alone',
    {
      ...{ ...pc, memoryMiB: 4096 },
      boot: {
        via: 'kernel',
        kernel: 'bzImage',
        initrd: '/dqib/ramfs.cpio.gz',
        append: ['nokaslr console=ttyS0'],
      },
    },
    [
      ...machine(X86, 'pc', 'tcg', 'qemu64', 1, '4096M'),
      ...[...COMMON, ...DARK, ...NO_NIC, ...TERMINAL, '-kernel', 'bzImage', '-initrd', '/dqib/ramfs.cpio.gz'],
      ...append('panic=-1 nokaslr console=ttyS0'),
    ],
  ],
  [
    '004:41 a kernel alone',
    pc,
    [
      ...machine(X86, 'pc', 'tcg', 'qemu64', 1, '256M'),
      ...[
        ...COMMON,
        ...DARK,
        ...NO_NIC,
        ...TERMINAL,
        '-kernel',
        'bzImage',
        ...append('console=ttyS0 panic=-1'),
      ],
    ],
  ],
  [
    '004:80 a CD',
    { ...pc, boot: { via: 'bios', medium: { file: 'image.iso', format: 'raw', kind: 'cdrom' } } },
    [
      ...machine(X86, 'pc', 'tcg', 'qemu64', 1, '256M'),
      ...[...COMMON, ...DARK, ...NO_NIC, ...TERMINAL],
      ...['-drive', 'if=none,id=boot,file=image.iso,format=raw,media=cdrom,readonly=on'],
      ...['-device', 'ide-cd,drive=boot,bootindex=0'],
    ],
  ],
  [
    'Buildroot qemu_arm_vexpress: a card slot and a network card of the board',
    {
      ...{ ...virt, arch: 'arm', machine: 'vexpress-a9', cpu: 'cortex-a9', memoryMiB: 256 },
      network: [{ type: 'user', model: 'onboard', mac, forwards: [] }],
      drives: [{ file: 'rootfs.ext2', format: 'raw', interface: 'onboard-sd' }],
      boot: {
        via: 'kernel',
        kernel: 'zImage',
        append: ['console=ttyAMA0,115200 rootwait root=/dev/mmcblk0'],
      },
      extraArgs: ['-dtb', 'vexpress-v2p-ca9.dtb'],
    },
    [
      ...machine(ARM, 'vexpress-a9', 'tcg', 'cortex-a9', 1, '256M'),
      ...[...COMMON, ...DARK, '-nic', `user,id=net0,mac=${mac}`, ...TERMINAL, '-kernel', 'zImage'],
      ...append('panic=-1 console=ttyAMA0,115200 rootwait root=/dev/mmcblk0'),
      ...['-drive', 'if=sd,file=rootfs.ext2,format=raw,snapshot=on', '-dtb', 'vexpress-v2p-ca9.dtb'],
    ],
  ],
  [
    'Buildroot qemu_aarch64_virt',
    {
      ...{ ...virt, cpu: 'cortex-a53', memoryMiB: 256, network: [{ type: 'user', mac, forwards: [] }] },
      drives: [{ file: 'rootfs.ext4', format: 'raw' }],
      boot: { via: 'kernel', kernel: 'Image', append: ['rootwait root=/dev/vda console=ttyAMA0'] },
    },
    [
      ...machine(A64, 'virt', 'tcg', 'cortex-a53', 1, '256M'),
      ...[
        ...COMMON,
        ...DARK,
        '-netdev',
        'user,id=net0',
        '-device',
        `virtio-net-device,netdev=net0,mac=${mac}`,
      ],
      ...[...TERMINAL, '-kernel', 'Image', ...append('panic=-1 rootwait root=/dev/vda console=ttyAMA0')],
      ...['-drive', 'if=none,id=drive0,file=rootfs.ext4,format=raw,snapshot=on'],
      ...['-device', 'virtio-blk-device,drive=drive0'],
    ],
  ],
  [
    'Buildroot qemu_x86_64',
    {
      ...{ ...pc, network: [{ type: 'user', mac, forwards: [] }] },
      drives: [{ file: 'rootfs.ext2', format: 'raw' }],
      boot: {
        via: 'kernel',
        kernel: 'bzImage',
        append: ['rootwait root=/dev/vda console=tty1 console=ttyS0'],
      },
    },
    [
      ...machine(X86, 'pc', 'tcg', 'qemu64', 1, '256M'),
      ...[...COMMON, ...DARK, '-netdev', 'user,id=net0', '-device', `virtio-net-pci,netdev=net0,mac=${mac}`],
      ...[...TERMINAL, '-kernel', 'bzImage'],
      ...append('panic=-1 rootwait root=/dev/vda console=tty1 console=ttyS0'),
      ...['-drive', 'if=none,id=drive0,file=rootfs.ext2,format=raw,snapshot=on'],
      ...['-device', 'virtio-blk-pci,drive=drive0'],
    ],
  ],
  [
    'Buildroot qemu_riscv64_virt',
    {
      ...{ arch: 'riscv64', accel: 'tcg', console: 'terminal', firmware: 'fw_jump.elf' },
      network: [{ type: 'user', mac, forwards: [] }],
      drives: [{ file: 'rootfs.ext2', format: 'raw' }],
      boot: { via: 'kernel', kernel: 'Image', append: ['rootwait root=/dev/vda ro'] },
    },
    [
      ...machine('qemu-system-riscv64', 'virt', 'tcg', 'rv64', 1, '256M'),
      ...[
        ...COMMON,
        ...DARK,
        '-netdev',
        'user,id=net0',
        '-device',
        `virtio-net-device,netdev=net0,mac=${mac}`,
      ],
      ...[...TERMINAL, '-bios', 'fw_jump.elf', '-kernel', 'Image'],
      ...append('console=ttyS0 panic=-1 rootwait root=/dev/vda ro'),
      ...['-drive', 'if=none,id=drive0,file=rootfs.ext2,format=raw,snapshot=on'],
      ...['-device', 'virtio-blk-device,drive=drive0'],
    ],
  ],
];

it.each(ROWS)('%s', (_where, options, argv) => {
  expect(planMachine(options).argv).toEqual(argv);
});

it('000:214 the device tree', () => {
  expect(planMachineOnly({ arch: 'arm64', memoryMiB: 1024 }, { dumpdtb: 'a, b.dtb' })).toEqual([
    ...machine(A64, 'virt,dumpdtb=a,, b.dtb', 'tcg', 'cortex-a72', 1, '1024M'),
    ...['-nodefaults', ...DARK, ...NO_NIC],
  ]);
});
