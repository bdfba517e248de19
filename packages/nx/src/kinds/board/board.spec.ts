import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runDetached, stopRun } from '@bringup/qemu';
import type { QemuOptions } from '../../generated/qemu-options.js';
import type { ProjectLike } from '../../workspace/declaration.js';
import { lockFiles, makeTask, makeWorkspace, writeManifests } from '../../testing/workspace.js';
import { createDrives } from './board-devices.js';
import { checkBoard, missingArtifacts, planBoard, type PlanBoard } from './board.js';
import { releaseAll } from './written-drives.js';

const FAKE_QEMU = join(__dirname, '../../../../qemu/src/testing/fake-qemu.mjs');
const schema = JSON.parse(readFileSync(join(__dirname, 'qemu/schema.json'), 'utf8'));

const declared = (kind: string, options: object): Omit<ProjectLike, 'name'> => ({
  root: kind,
  targets: { build: { executor: `@bringup/nx:${kind}`, options: { ...options } } },
});
const PROJECTS = {
  pc: declared('kernel', { arch: 'x86_64' }),
  pc2: declared('kernel', { arch: 'x86_64', outputPath: 'out/pc2' }),
  arm: declared('kernel', { arch: 'arm64', dtbs: ['acme/rocket'] }),
  loader: declared('u-boot', { arch: 'x86_64' }),
  rootfs: declared('initramfs', { arch: 'x86_64' }),
  small: declared('initramfs', { arch: 'x86_64', compression: 'xz' }),
  foreign: declared('initramfs', { arch: 'arm64' }),
  disk: declared('disk-image', { arch: 'x86_64', format: 'vdi', partitions: [] }),
  armloader: declared('u-boot', { arch: 'arm64' }),
  fit: declared('uboot-image', { arch: 'arm64', kernel: 'arm' }),
  signed: declared('uboot-image', {
    arch: 'arm64',
    kernel: 'arm',
    sign: { keyDirectory: 'k', keyName: 'dev' },
  }),
  cd: declared('iso-image', { arch: 'x86_64', kernel: 'pc' }),
  plain: { root: 'plain', targets: {} },
};
const UEFI = '/usr/share/OVMF/OVMF_CODE_4M.fd';
const BOARD: QemuOptions = { arch: 'x86_64', kernel: 'pc', initramfs: 'rootfs', accel: 'tcg' };

const task = (root = '/ws') => makeTask(root, 'board', PROJECTS);
async function argvOf(change: Partial<QemuOptions> = {}): Promise<string[]> {
  return (await planBoard(task(), { ...BOARD, ...change }))({ console: 'pipe' }).argv;
}

/** For each option: a change, and arguments that the command has only then. */
const CHANGES: [keyof QemuOptions, Partial<QemuOptions>, string[]][] = [
  ['arch', { arch: 'arm64', kernel: 'arm', initramfs: undefined }, ['qemu-system-aarch64']],
  ['kernel', { kernel: 'pc2' }, ['-kernel', '/ws/out/pc2/bzImage']],
  ['initramfs', { initramfs: 'small' }, ['-initrd', '/ws/dist/small/initramfs.cpio.xz']],
  [
    'boot',
    { boot: { via: 'u-boot', uBoot: 'loader' } },
    [
      ...['-bios', '/ws/dist/loader/u-boot.rom'],
      ...['-drive', 'if=none,id=boot,file=/ws/dist/board/boot.img,format=raw,snapshot=on'],
    ],
  ],
  ['dtb', { dtb: 'arm:rocket.dtb' }, ['-dtb', '/ws/dist/arm/rocket.dtb']],
  ['dtb', { dtb: 'boards/own.dtb' }, ['-dtb', '/ws/boards/own.dtb']],
  ['machine', { machine: 'pc' }, ['-machine', 'pc']],
  ['cpu', { cpu: 'max' }, ['-cpu', 'max']],
  ['smp', { smp: 4 }, ['-smp', '4']],
  ['memory', { memory: 64 }, ['-m', '64M']],
  [
    'network',
    { network: [{ type: 'user', forwards: [{ protocol: 'tcp', hostPort: 2222, guestPort: 22 }] }] },
    ['-netdev', 'user,id=net0,hostfwd=tcp:127.0.0.1:2222-:22'],
  ],
  [
    'drives',
    { drives: [{ file: 'disk:disk.vdi', format: 'vdi', interface: 'scsi', readOnly: true }] },
    [
      '-drive',
      'if=none,id=drive0,file=/ws/dist/disk/disk.vdi,format=vdi,readonly=on',
      '-device',
      'scsi-hd,drive=drive0',
    ],
  ],
  [
    'shares',
    { shares: [{ path: 'src', tag: 'src' }] },
    ['-fsdev', 'local,id=share0,path=/ws/src,security_model=none,readonly=on'],
  ],
  [
    'consoles',
    { consoles: [{ type: 'unix', path: 'a.sock' }] },
    ['-chardev', 'socket,id=hvc0,path=/ws/a.sock,server=on,wait=off'],
  ],
  [
    'monitor',
    { monitor: { type: 'telnet', port: 4444 } },
    ['-chardev', 'socket,id=monitor,host=127.0.0.1,port=4444,server=on,wait=off,telnet=on'],
  ],
  ['display', { display: { type: 'vnc', port: 5909 } }, ['-display', 'vnc=127.0.0.1:9', '-device', 'VGA']],
  ['gdb', { gdb: { type: 'tcp', port: 3333, wait: true } }, ['-gdb', 'tcp:127.0.0.1:3333', '-S']],
  ['rtc', { rtc: { base: 'localtime' } }, ['-rtc', 'base=localtime']],
  [
    'watchdog',
    { watchdog: { model: 'i6300esb', action: 'pause' } },
    ['-device', 'i6300esb', '-action', 'watchdog=pause'],
  ],
  ['firmware', { firmware: 'loader:u-boot.rom' }, ['-bios', '/ws/dist/loader/u-boot.rom']],
  ['memoryGrowth', { memoryGrowth: { slots: 4, max: 1024 } }, ['-m', '256M,slots=4,maxmem=1024M']],
  ['append', { append: 'quiet  loglevel=3' }, ['-append', 'console=ttyS0 panic=-1 quiet  loglevel=3']],
  ['qemu', { qemu: '/opt/qemu' }, ['/opt/qemu']],
  ['extraArgs', { extraArgs: ['-S', 'a b'] }, ['-S', 'a b']],
];

describe('each option of the schema', () => {
  it.each(CHANGES)('%s changes the plan', async (_option, change, args) => {
    const has = (argv: string[]) => argv.join('\0').includes(args.join('\0'));
    expect(has(await argvOf(change))).toBe(true);
    expect(has(await argvOf())).toBe(false);
  });

  it('accel changes the plan: kvm is refused where it cannot work, and never taken in silence', async () => {
    expect(await argvOf({ accel: 'tcg' })).toEqual(expect.arrayContaining(['-accel', 'tcg']));
    const foreign = { arch: process.arch === 'arm64' ? 'x86_64' : 'arm64', accel: 'kvm' } as const;
    const kernel = foreign.arch === 'arm64' ? 'arm' : 'pc';
    await expect(argvOf({ ...foreign, kernel, initramfs: undefined })).rejects.toMatchObject({
      code: 'KVM_UNAVAILABLE',
    });
    const telling = task();
    await planBoard(telling, { ...BOARD, accel: 'auto' });
    expect(telling.notes).toEqual([expect.stringMatching(/^accelerator (tcg|kvm): .+/)]);
  });

  it('is in that table', () => {
    // Not the machine's: detach, json and watch say what becomes of the run.
    const others = ['accel', 'detach', 'json', 'watch'];
    expect([...new Set([...CHANGES.map(([option]) => option), ...others])].sort()).toEqual(
      Object.keys(schema.properties).sort(),
    );
  });
});

it('boots the artifacts of the projects it names, with the defaults of the schema', async () => {
  const argv = await argvOf();
  expect(argv).toEqual(expect.arrayContaining(['/ws/dist/pc/bzImage', '/ws/dist/rootfs/initramfs.cpio.gz']));
  expect(argv).toEqual(expect.arrayContaining(['-m', '256M', '-smp', '1']));
  expect(await argvOf({ initramfs: undefined })).not.toContain('-initrd');
});

it.each<[string, Partial<QemuOptions>, RegExp]>([
  ['ARCH_MISMATCH', { kernel: 'arm' }, /board is x86_64, but its kernel project arm is built for arm64/],
  ['ARCH_MISMATCH', { initramfs: 'foreign' }, /board is x86_64, but its initramfs project foreign .* arm64/],
  ['NOT_A_KERNEL_PROJECT', { kernel: 'rootfs' }, /kernel: project rootfs/],
  ['NOT_A_UBOOT_PROJECT', { boot: { via: 'u-boot', uBoot: 'pc' } }, /boot.uBoot: project pc/],
  [
    'NOT_A_UBOOT_IMAGE_PROJECT',
    { boot: { via: 'u-boot', uBoot: 'loader', image: 'pc' } },
    /boot.image: project pc/,
  ],
  [
    'ARCH_MISMATCH',
    { boot: { via: 'u-boot', uBoot: 'loader', image: 'fit' } },
    /boot.image project fit .* arm64/,
  ],
  ['NOT_A_KERNEL_PROJECT', { kernel: 'plain' }, /kernel: project plain/],
  ['NOT_A_KERNEL_PROJECT', { kernel: 'nobody' }, /kernel: project nobody/],
  ['NOT_AN_INITRAMFS_PROJECT', { initramfs: 'pc' }, /initramfs: project pc/],
])('%s for %j', async (code, change, message) => {
  await expect(argvOf(change)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  await expect(argvOf(change)).rejects.toThrow(/Correct|Name/);
});

const MEDIUM_ONLY = { kernel: undefined, initramfs: undefined };
const CD = 'if=none,id=boot,file=/ws/dist/cd/image.iso,format=raw,media=cdrom,readonly=on';
const DISK = 'if=none,id=boot,file=/ws/dist/disk/disk.vdi,format=vdi,snapshot=on';

it.each<[QemuOptions['boot'], Partial<QemuOptions>, string[]]>([
  [{ via: 'disk', disk: 'disk' }, {}, ['-kernel', DISK]],
  [{ via: 'bios', disk: 'disk' }, MEDIUM_ONLY, [DISK]],
  [
    { via: 'bios' },
    { ...MEDIUM_ONLY, drives: [{ file: 'own.img', format: 'raw', bootindex: 0 }] },
    ['file=/ws/own.img', 'bootindex=0'],
  ],
  [{ via: 'iso', iso: 'cd' }, MEDIUM_ONLY, [CD]],
  [
    { via: 'iso', iso: 'cd', firmware: 'uefi' },
    MEDIUM_ONLY,
    [`if=pflash,format=raw,unit=0,file=${UEFI},readonly=on`, CD],
  ],
  [{ via: 'uefi' }, {}, ['if=pflash', 'if=none,id=boot,file=/ws/dist/board/boot.img,format=raw,snapshot=on']],
  [{ via: 'uefi', disk: 'disk' }, MEDIUM_ONLY, ['if=pflash', DISK]],
  [{ via: 'uefi', shell: true }, MEDIUM_ONLY, ['if=pflash']],
])('boots by %j', async (boot, change, args) => {
  const plan = await planBoard(task(), { ...BOARD, ...change, boot }, 'new');
  const { argv } = plan({ console: 'pipe' });
  for (const arg of args) expect(argv).toContainEqual(expect.stringContaining(arg));
  expect(argv.includes('-kernel')).toBe(args.includes('-kernel'));
});

it('gives U-Boot the device tree with the key of a signed image', async () => {
  const options = (image: string): QemuOptions => ({
    ...{ arch: 'arm64', accel: 'tcg', boot: { via: 'u-boot', uBoot: 'armloader', image } },
  });
  const argv = async (image: string) =>
    (await planBoard(task(), options(image)))({ console: 'pipe' }).argv.join(' ');
  expect(await argv('signed')).toContain(
    '-bios /ws/dist/armloader/u-boot.bin -dtb /ws/dist/signed/u-boot.dtb',
  );
  expect(await argv('fit')).not.toContain('-dtb');
});

describe('a drive that keeps what the guest writes', () => {
  jest.setTimeout(60_000);
  const board = (drive: object): QemuOptions => ({
    ...BOARD,
    drives: [{ file: 'card.img', format: 'raw', keepWrites: true, ...drive }],
  });

  // QEMU itself refuses the first of them only, and not one that starts at the same moment.
  it.each(['virtio', 'sd', 'onboard-sd', 'pflash'] as const)(
    'is of one run at a time, as %s',
    async (name) => {
      const root = makeWorkspace({ 'card.img': '' });
      symlinkSync(join(root, 'card.img'), join(root, 'link.img'));
      const start = (file: string) => planBoard(task(root), board({ file, interface: name }));
      const started = await Promise.allSettled(['card.img', 'link.img'].map(start));
      const [plan, ...others] = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(others).toEqual([]);
      const [refused] = started.filter(({ status }) => status === 'rejected');
      expect(refused).toMatchObject({ reason: { code: 'IMAGE_IN_USE' } });
      await expect(start('link.img')).rejects.toThrow(
        /^board: drives: .* write to .*card\.img at once .* used by process \d+, which is running board/,
      );
      await releaseAll(plan!.locks);
      await releaseAll((await start('card.img')).locks);
    },
  );

  it('is not locked for a guest whose writes are thrown away, nor by a command that is only shown', async () => {
    const root = makeWorkspace({ 'card.img': '' });
    const { locks } = await planBoard(task(root), board({}));
    expect(locks).toHaveLength(1);
    for (const change of [{ keepWrites: false }, { readOnly: true }])
      expect((await planBoard(task(root), board(change))).locks).toEqual([]);
    expect((await planBoard(task(root), board({}), 'shown')).locks).toEqual([]);
    await releaseAll(locks);
  });

  it("is free again where UEFI's variables cannot be kept", async () => {
    const root = makeWorkspace({ 'card.img': '', '.bringup': 'not a directory' });
    const { arch, accel, drives } = board({});
    const boot: QemuOptions['boot'] = { via: 'uefi', shell: true };
    await expect(planBoard(task(root), { arch, accel, drives, boot })).rejects.toThrow(/\.bringup/);
    await releaseAll((await planBoard(task(root), board({}))).locks);
  });
});

describe("UEFI's variables", () => {
  jest.setTimeout(60_000);
  const options: QemuOptions = { arch: 'x86_64', accel: 'tcg', boot: { via: 'uefi', shell: true } };
  const storeOf = (root: string) => join(root, '.bringup/build/board/default/uefi-variables.fd');
  const argvOfPlan = (plan: PlanBoard) => plan({ console: 'pipe' }).argv.join(' ');
  /** A comma is doubled in QEMU's options, so a run's arguments do not contain the path itself. */
  const commaWorkspace = () => join(makeWorkspace({ 'a,b/nx.json': '{}' }), 'a,b');

  it('of a board are kept, and made once', async () => {
    const root = makeWorkspace({});
    const plan = await planBoard(task(root), options);
    expect(plan({ console: 'pipe' }).argv).toContain(`if=pflash,format=raw,unit=1,file=${storeOf(root)}`);
    await releaseAll(plan.locks);
    writeFileSync(storeOf(root), 'written by the guest');
    await releaseAll((await planBoard(task(root), options)).locks);
    expect(readFileSync(storeOf(root), 'utf8')).toBe('written by the guest');
  });

  it.each([
    ['in a plain path', () => makeWorkspace({})],
    ['where the path has a comma', commaWorkspace],
  ])('are written by one of two runs that start at once, %s', async (_where, workspace) => {
    const root = workspace();
    const tasks = [task(root), task(root)];
    const plans = await Promise.all(tasks.map((own) => planBoard(own, options)));
    const kept = plans.map((plan) => plan.locks.length > 0);
    expect([...kept].sort()).toEqual([false, true]);
    for (const [index, plan] of plans.entries()) {
      expect(argvOfPlan(plan).includes('uefi-variables.fd')).toBe(kept[index]);
      expect(argvOfPlan(plan).includes('snapshot=on')).toBe(!kept[index]);
      expect(tasks[index]!.notes.some((note) => /new UEFI variables/.test(note))).toBe(!kept[index]);
    }
    await releaseAll(plans.flatMap(({ locks }) => locks));
  });

  it('are one store, whichever way leads to the workspace', async () => {
    const root = makeWorkspace({});
    const link = `${root}-link`;
    symlinkSync(root, link);
    const first = await planBoard(task(root), options);
    expect((await planBoard(task(link), options)).locks).toEqual([]);
    await releaseAll(first.locks);
  });

  it('belong to a detached run until its QEMU has ended, which is named', async () => {
    const root = commaWorkspace();
    const [lock] = (await planBoard(task(root), options)).locks;
    const run = await runDetached(
      ({ qmpSocket }) => ({
        argv: [
          ...(['qemu-system-x86_64', '-M', 'none', '-display', 'none', '-nodefaults'] as const),
          ...['-qmp', `unix:${qmpSocket},server=on,wait=off`],
        ],
      }),
      { subject: { board: 'board', workspace: root }, descriptors: [lock!.descriptor] },
    );
    await lock!.leaveTo(run.record.qemu!);
    try {
      const second = task(root);
      const plan = await planBoard(second, options);
      expect(plan.locks).toEqual([]);
      expect(argvOfPlan(plan)).toContain('snapshot=on');
      const pid = run.record.qemu!.pid;
      expect(second.notes.join()).toContain(`are used by process ${pid}, which is running board`);
    } finally {
      await stopRun(run, 0);
    }
    const after = await planBoard(task(root), options);
    expect(argvOfPlan(after)).toContain('uefi-variables.fd');
    await releaseAll(after.locks);
  });

  it('are named by a command that is only shown, with a word about the run that uses them', async () => {
    const root = makeWorkspace({});
    const free = task(root);
    expect(argvOfPlan(await planBoard(free, options, 'shown'))).toContain(storeOf(root));
    expect(free.notes.join()).not.toContain('UEFI variables');
    const { locks } = await planBoard(task(root), options);
    const used = task(root);
    expect(argvOfPlan(await planBoard(used, options, 'shown'))).toContain(storeOf(root));
    expect(used.notes.join()).toMatch(
      /wait before you start this command: .* used by process \d+, which is running board/,
    );
    await releaseAll(locks);
  });
});

it.each<[Partial<QemuOptions>, string, RegExp]>([
  [{ boot: { via: 'iso', iso: 'cd' } }, 'OPTION_UNUSED', /"kernel" would do nothing/],
  [{ dtb: 'arm:rocket.dtb', boot: { via: 'uefi' } }, 'OPTION_UNUSED', /"dtb" would do nothing/],
  [{ dtb: 'a.dtb', boot: { via: 'u-boot', uBoot: 'loader' } }, 'OPTION_UNUSED', /"dtb" would do nothing/],
  [{ dtb: 'arm:other.dtb' }, 'DTB_NOT_PUBLISHED', /arm publishes no other.dtb, but rocket.dtb. Name/],
  [{ dtb: 'pc:board.dtb' }, 'DTB_NOT_PUBLISHED', /pc publishes no board.dtb. Name .* "dtbs" of pc/],
  [{ ...MEDIUM_ONLY, append: 'x', boot: { via: 'bios', disk: 'disk' } }, 'OPTION_UNUSED', /"append"/],
  [{ drives: [{ file: 'disk:disk.vdi', format: 'vdi', keepWrites: true }] }, 'KEPT_ARTIFACT', /Name a copy/],
  [{ monitor: { type: 'unix', path: 'x'.repeat(104) } }, 'SOCKET_PATH_TOO_LONG', /: 108 bytes, where 107/],
  [{ firmware: 'f.bin', boot: { via: 'u-boot', uBoot: 'loader' } }, 'OPTION_UNUSED', /own firmware/],
  [{ kernel: undefined, boot: { via: 'disk', disk: 'disk' } }, 'NO_KERNEL', /needs the option "kernel"/],
  [{ kernel: undefined }, 'NO_KERNEL', /needs the option "kernel"/],
  [{ ...MEDIUM_ONLY, boot: { via: 'bios' } }, 'NOTHING_TO_BOOT', /"disk".* or a bootindex/],
  [{ drives: [{ file: 'disk:disk.vdi', format: 'vdi', create: '1G' }] }, 'KEPT_ARTIFACT', /Name a copy/],
  [{ ...MEDIUM_ONLY, boot: { via: 'iso', iso: 'disk' } }, 'NOT_AN_ISO_PROJECT', /boot.iso: project disk/],
  [{ ...MEDIUM_ONLY, boot: { via: 'bios', disk: 'cd' } }, 'NOT_A_DISK_PROJECT', /boot.disk: project cd/],
])('refuses %j: %s', async (change, code, message) => {
  await expect(argvOf(change)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

it('makes a drive that is to be there empty, once', async () => {
  const root = makeWorkspace({});
  const drives = (create: string): QemuOptions => ({
    ...{ arch: 'x86_64', drives: [{ file: 'kept/own.qcow2', format: 'qcow2', create }] },
  });
  await createDrives(task(root), drives('4M'));
  const info = () => execFileSync('qemu-img', ['info', join(root, 'kept/own.qcow2')], { encoding: 'utf8' });
  expect(info()).toMatch(/file format: qcow2\nvirtual size: 4 MiB/);
  await createDrives(task(root), drives('8M'));
  expect(info()).toContain('virtual size: 4 MiB');
  const other = { ...drives('4X'), drives: [{ file: 'x', format: 'raw', create: '4X' }] } as QemuOptions;
  await expect(createDrives(task(root), other)).rejects.toMatchObject({ code: 'BAD_SIZE' });
});

it('makes a drive once when two runs start at once', async () => {
  const root = makeWorkspace({});
  const drives: QemuOptions = {
    ...{ arch: 'x86_64', drives: [{ file: 'own.raw', format: 'raw', create: '1M' }] },
  };
  const tasks = [task(root), task(root)];
  await Promise.all(tasks.map((own) => createDrives(own, drives)));
  expect(tasks.flatMap(({ notes }) => notes).filter((note) => /made an empty/.test(note))).toHaveLength(1);
}, 60_000);

describe('checkBoard', () => {
  const lock = lockFiles({ tools: { 'fake-qemu.mjs': 'whatever' } });
  const board = { ...BOARD, qemu: FAKE_QEMU };

  it('misses artifacts by name, and says how to build them', async () => {
    const root = makeWorkspace({ ...lock, 'dist/pc/bzImage': '' });
    writeManifests(root, 'dist/pc');
    expect(await missingArtifacts(task(root), board)).toEqual(['dist/rootfs/initramfs.cpio.gz']);
    await expect(checkBoard(task(root), board)).rejects.toMatchObject({
      code: 'NOT_BUILT',
      message:
        'dist/rootfs/initramfs.cpio.gz of project rootfs is missing: it was not built, or it was deleted after the build. ' +
        'Run: nx run rootfs:build --skip-nx-cache',
    });
  });

  it('is content when all is there, and says when QEMU is another than the locked one', async () => {
    const root = makeWorkspace({
      ...lock,
      'dist/pc/bzImage': '',
      'dist/rootfs/initramfs.cpio.gz': '',
    });
    writeManifests(root, 'dist/pc', 'dist/rootfs');
    const telling = task(root);
    await checkBoard(telling, board);
    expect(telling.notes).toEqual([expect.stringContaining('fake-qemu.mjs: locked whatever')]);
    await expect(checkBoard(telling, board, true)).rejects.toMatchObject({ code: 'TOOLS_DIFFER' });
  });

  it('names the package of a QEMU that is not there', async () => {
    const root = makeWorkspace();
    await expect(checkBoard(task(root), { ...BOARD, qemu: 'qemu-system-sparc' })).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringContaining('apt-get install qemu-system-sparc'),
    });
  });
});
