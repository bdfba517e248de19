import { diagnose, type BootEvidence } from './index.js';

const boot = (append: string, lines: readonly string[], more: Partial<BootEvidence> = {}) =>
  diagnose({
    console: [`Linux version 6.1.90`, `Kernel command line: ${append}`, ...lines, ''].join('\n'),
    ...{ stderr: '', argv: ['qemu-system-x86_64', '-kernel', 'bzImage'], end: 'panic' as const },
    ...more,
  });
const cannot = (root: string, error: string) => [
  `VFS: Cannot open root device "${root}" or unknown-block(0,0): error ${error}`,
  'Please append a correct "root=" boot option; here are the available partitions:',
];
const PANIC = 'Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)';
const VDA = [
  'fe00          131072 vda ',
  ' driver: virtio_blk',
  '  fe01           65536 vda1 5c5e2b0e-01',
  '',
];

it.each([
  [
    'LABEL= without an initramfs',
    'root=LABEL=rootfs',
    /cannot look for a root by LABEL=rootfs.*PARTLABEL=.*switch-root/,
  ],
  ['UUID=', 'root=UUID=5c5e2b0e-7a2d', /cannot look for a root by UUID=5c5e2b0e-7a2d/],
  ['PARTUUID=', 'root=PARTUUID=1234-01', /no partition that the kernel sees has PARTUUID=1234-01/],
  ['PARTLABEL=', 'root=PARTLABEL=root', /no partition that the kernel sees has PARTLABEL=root/],
  ['another device', 'root=/dev/vda7', /found no root device \/dev\/vda7.*devices below/],
  ['NFS', 'root=/dev/nfs nfsroot=10.0.2.2:/srv', /by NFS.*CONFIG_ROOT_NFS/],
])('a root by %s', (_, append, told) => {
  const [found] = boot(append, [...cannot('x', '-6'), ...VDA, PANIC]);
  expect(found).toMatchObject({ outcome: 'no-root' });
  expect(`${found!.cause}; ${found!.remedy}`).toMatch(told);
  expect(found!.seen).toEqual(VDA.map((line) => line.trimEnd()).filter(Boolean));
});

it('lists partitions behind RAM disks, and all of them', () => {
  const ram = ['0100            4096 ram0 ', ' (driver?)', '0101            4096 ram1 ', ' (driver?)'];
  const second = ['  fe02           63488 vda2 5c5e2b0e-02', '', '103:00000   8 nvme0n1 ', ' driver: nvme'];
  const [found] = boot('root=/dev/sda1', [...cannot('sda1', '-6'), ...ram, ...VDA, ...second, PANIC]);
  expect(found!.seen.map((line) => line.trim().split(/ +/)[2] ?? '')).toEqual([
    'ram0',
    '',
    'ram1',
    '',
    'vda',
    '',
    'vda1',
    'vda2',
    'nvme0n1',
    '',
  ]);
});

it.each([
  ['/dev/vda1', /CONFIG_VIRTIO_BLK/],
  ['/dev/sda2', /CONFIG_BLK_DEV_SD/],
  ['/dev/nvme0n1p1', /CONFIG_BLK_DEV_NVME/],
  ['/dev/mmcblk0p2', /CONFIG_MMC_BLOCK/],
])('names the driver of %s where the kernel sees no device', (root, symbol) => {
  expect(boot(`root=${root}`, [...cannot(root, '-6'), PANIC])[0]!.remedy).toMatch(symbol);
});

describe('rootwait', () => {
  const lines = [
    'virtio_blk virtio0: [vda] 131072 512-byte logical blocks (67.1 MB/64.0 MiB)',
    ' vda: vda1',
    'Waiting for root device /dev/vda2...',
  ];
  it('ends as no-root, with the disks that came', () => {
    const [found] = boot('rootwait root=/dev/vda2', [...lines, 'random: crng init done'], { end: 'timeout' });
    expect(found).toMatchObject({ outcome: 'no-root', seen: [lines[0], 'vda: vda1'] });
    expect(found!.cause).toMatch(/no root device \/dev\/vda2 \(rootwait/);
  });
  it('is nothing while the guest runs, or when the device came', () => {
    expect(boot('rootwait root=/dev/vda2', lines, { end: undefined })).toEqual([]);
    expect(
      boot(
        'rootwait root=/dev/vda2',
        [
          ...lines,
          'VFS: Mounted root (ext4 filesystem) readonly on device 254:2.',
          'Run /sbin/init as init process',
        ],
        { end: 'timeout' },
      ),
    ).toEqual([]);
  });
});

describe('a root by 9p', () => {
  const append = 'root=hostroot rootfstype=9p rootflags=trans=virtio,version=9p2000.L';
  const argv = ['qemu-system-x86_64', '-kernel', 'k', '-device', 'virtio-9p-pci,fsdev=f0,mount_tag=share'];
  it('without such a tag', () => {
    const lines = [
      '9pnet: Installing 9P2000 support',
      '9pnet_virtio: no channels available for device hostroot',
    ];
    const [found] = boot(append, [...lines, ...cannot('hostroot', '-2'), PANIC], { argv });
    expect(found!.cause).toBe(
      "there is no share with the tag hostroot: the board's shares have the tags share",
    );
  });
  it('without 9p in the kernel', () => {
    const [found] = boot(append, [
      ...cannot('hostroot', '-19'),
      'List of all bdev filesystems:',
      ' ext4',
      PANIC,
    ]);
    expect(`${found!.cause}; ${found!.remedy}`).toMatch(
      /no driver for a root by 9p \(error -19: ENODEV\); put preset:9p/,
    );
  });
});
